package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"latchkey/internal/audit"
)

// events counts what the audit trail tells.
type events struct {
	logins, opened, ended, throttled *prometheus.CounterVec
}

func newEvents() events {
	counter := func(name, help, label string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, []string{label})
	}
	e := events{
		logins:    counter("logins_total", "Log-ins whose password was looked at.", "result"),
		opened:    counter("sessions_opened_total", "Sessions opened.", "reason"),
		ended:     counter("sessions_ended_total", "Sessions ended before they expired.", "reason"),
		throttled: counter("throttled_total", "Requests that were tried too often.", "limit"),
	}
	for counter, labels := range map[*prometheus.CounterVec][]string{ // so that the first one is seen as an increase
		e.logins: {succeeded, failed},
		e.opened: {openedBySignup, openedByLogin, string(audit.PasswordChanged)},
		e.ended: {string(audit.Logout), string(audit.Revoked), string(audit.Administrator), string(audit.PasswordChanged),
			string(audit.Disabled), string(audit.Deleted), string(audit.RefreshReused), string(audit.TooMany), string(audit.Replaced)},
	} {
		for _, label := range labels {
			counter.WithLabelValues(label)
		}
	}
	return e
}

const (
	openedBySignup = "signup"
	openedByLogin  = "login"
	succeeded      = "succeeded"
	failed         = "failed"
)

// Event counts a security event.
func (m *Metrics) Event(e audit.Event) {
	switch e.Name {
	case audit.UserSignedUp:
		m.events.opened.WithLabelValues(openedBySignup).Inc()
	case audit.LoginSucceeded:
		m.events.opened.WithLabelValues(openedByLogin).Inc()
		m.events.logins.WithLabelValues(succeeded).Inc()
	case audit.LoginFailed:
		m.events.logins.WithLabelValues(failed).Inc()
	case audit.SessionOpened:
		m.events.opened.WithLabelValues(string(e.Reason)).Inc()
	case audit.SessionEnded:
		m.events.ended.WithLabelValues(string(e.Reason)).Inc()
	case audit.RequestThrottled:
		m.events.throttled.WithLabelValues(e.Limit).Inc()
	default: // told by the log alone
	}
}
