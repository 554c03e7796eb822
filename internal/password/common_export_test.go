package password

// Parts of the policy for tests.
var (
	CommonList = common
	IsCommon   = isCommon
	Unpack     = unpack
	Fold       = fold
)
