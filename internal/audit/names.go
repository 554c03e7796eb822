package audit

import "log/slog"

// Name says what has happened. Names are stable: people search and alert by them.
type Name string

// The events.
const (
	UserSignedUp           Name = "user.signed_up"
	UserCreated            Name = "user.created"
	UsersImported          Name = "users.imported"
	UserEmailChanged       Name = "user.email_changed"
	UserUsernameChanged    Name = "user.username_changed"
	UserPasswordChanged    Name = "user.password_changed"
	UserRoleChanged        Name = "user.role_changed"
	UserDisabled           Name = "user.disabled"
	UserEnabled            Name = "user.enabled"
	UserDeleted            Name = "user.deleted"
	LoginSucceeded         Name = "login.succeeded"
	LoginFailed            Name = "login.failed"
	ReauthenticationFailed Name = "reauthentication.failed" // the current password was wrong
	SessionOpened          Name = "session.opened"          // other than by signing up or logging in
	SessionEnded           Name = "session.ended"
	SessionRefreshReused   Name = "session.refresh_reused"
	TokenRevoked           Name = "token.revoked" // one access token
	RequestThrottled       Name = "request.throttled"
	KeysRotated            Name = "keys.rotated"
	KeysRemoved            Name = "keys.removed"
	KeysRefreshReplaced    Name = "keys.refresh_replaced"
	KeysChanged            Name = "keys.changed" // as a server notices it
)

// Names are all of them.
func Names() []Name {
	return []Name{
		UserSignedUp, UserCreated, UsersImported, UserEmailChanged, UserUsernameChanged, UserPasswordChanged, UserRoleChanged,
		UserDisabled, UserEnabled, UserDeleted, LoginSucceeded, LoginFailed, ReauthenticationFailed, SessionOpened, SessionEnded,
		SessionRefreshReused, TokenRevoked, RequestThrottled, KeysRotated, KeysRemoved, KeysRefreshReplaced, KeysChanged,
	}
}

// level is Warn for what happens only to those who are attacked, or whose client is broken.
func (n Name) level() slog.Level {
	if n == SessionRefreshReused {
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// Reason says why a log-in failed, or a session ended.
type Reason string

// Why a log-in failed. The client gets one answer to all of them.
const (
	UnknownUser        Reason = "unknown_user"
	WrongPassword      Reason = "wrong_password"
	Disabled           Reason = "disabled"
	CredentialsChanged Reason = "credentials_changed" // while the password was checked
)

// Why a session was opened or has ended. Disabled is one too.
const (
	Logout          Reason = "logout"
	Revoked         Reason = "revoked" // by revokeSession, or revokeToken
	Administrator   Reason = "administrator"
	PasswordChanged Reason = "password_changed"
	Deleted         Reason = "deleted"
	RefreshReused   Reason = "refresh_reused"
	TooMany         Reason = "too_many" // the user has opened more sessions than there may be
	Replaced        Reason = "replaced" // by a log-in in the same browser
)

// Reasons are all of them.
func Reasons() []Reason {
	return []Reason{
		UnknownUser, WrongPassword, Disabled, CredentialsChanged, Logout, Revoked, Administrator, PasswordChanged, Deleted, RefreshReused,
		TooMany, Replaced,
	}
}
