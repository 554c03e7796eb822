package password

// What a foreign hash may ask for. Whoever imports hashes does not choose them, and everybody may send passwords to be verified
// against them: so each costs at most 64 MiB and about half a second of one core, measured on the two shared cores that this
// was written on (BenchmarkBounds). Machines differ: Gauge measures on the one at hand.
const (
	maxStored = 255 // bytes: the column's width
	maxSent   = 512 // bytes; twice what is stored, because hexadecimal digits are: nobody's hash is longer

	// No program here makes shorter salts by itself (Werkzeug before 1.0 and crypt take 8 characters); with fewer, accounts
	// share salts, and are attacked together.
	minSalt = 8
	maxSalt = 64 // bytes: more says nothing new, and would not fit with a long key

	minKey = 16 // bytes: below 128 bits, wrong passwords that match come into reach (RFC 9106 §4 ends there too)
	maxKey = 64 // bytes: the longest that one of the programs makes (Werkzeug's and Django's scrypt, Keycloak)

	// Argon2. Memory is filled once in every pass, so the product is the time. libsodium, argon2-cffi since 21.2, PHP and Keycloak
	// stay below by default; argon2-cffi before, and so Django, take 100 MiB.
	maxArgon2Memory = 64 * 1024           // KiB
	maxArgon2Work   = 6 * maxArgon2Memory // KiB times passes
	maxArgon2Lanes  = 8                   // each is a goroutine; the most that is anybody's default (argon2-cffi's, once)

	// bcrypt. Each step doubles the time; 4 is where the algorithm begins, and 13 takes half a second.
	minBcryptCost = 4
	maxBcryptCost = 13

	// scrypt (RFC 7914 §2). Memory is 128·N·r bytes, the time grows with N·r·p. Passlib's default is the most there is of the
	// first, and half of the second.
	maxScryptMemory = 64 << 20 // bytes
	maxScryptWork   = 1 << 20  // N times r times p
	maxScryptR      = 32       // everybody takes 8; the buffers beside the memory grow with r·p
	maxScryptP      = 16       // OWASP's list ends with 10

	// PBKDF2 (RFC 8018 §5.2). The time grows with the rounds and with the blocks of the key, each as long as one digest. Django's
	// and Werkzeug's 1,000,000 and 1,200,000 of SHA-256 take half of it. §4.2 recommends at least 1000.
	minPBKDF2Rounds     = 1000
	maxPBKDF2WorkSHA1   = 2_000_000 // rounds times blocks
	maxPBKDF2WorkSHA256 = 2_500_000
	maxPBKDF2WorkSHA512 = 750_000

	// SHA-crypt. Its specification starts at 1000 rounds, and takes 5000 if the hash says nothing.
	minSHACryptRounds     = 1000
	impliedSHACryptRounds = 5000
	maxSHA256CryptRounds  = 1_000_000
	maxSHA512CryptRounds  = 656_000 // passlib's default

	minSHACryptSalt = minSalt
	maxSHACryptSalt = 16 // bytes: what the specification uses of a salt

	// Every round hashes the password up to twice; up to 90 bytes are hashed whatever it is. With passlib's rounds of SHA-512 it
	// takes half a second at 96 bytes, and twice that at 256: longer ones are refused there, not with the usual 5000 rounds.
	shaCryptRest       = 90
	maxSHA256CryptWork = maxSHA256CryptRounds * (MaxBytes + shaCryptRest) // rounds times bytes
	maxSHA512CryptWork = maxSHA512CryptRounds * (96 + shaCryptRest)
)
