package access

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/Khan/genqlient/graphql"

	"latchkey.example/work-items/latchkey"
)

// checkLimit is how long a request waits to learn whether its token has been taken back.
const checkLimit = 2 * time.Second

// Latchkey is a Revocation that asks Latchkey itself (validateToken). It knows all that the database knows, at once.
type Latchkey struct{ client graphql.Client }

var _ Revocation = (*Latchkey)(nil)

// NewLatchkey returns a Latchkey that is asked at this URL, which ends in /graphql.
func NewLatchkey(url string) *Latchkey {
	return &Latchkey{graphql.NewClient(url, &http.Client{Timeout: checkLimit})}
}

// Check implements Revocation.
func (l *Latchkey) Check(ctx context.Context, viewer Viewer) error {
	answer, err := latchkey.ValidateToken(ctx, l.client, viewer.Token)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	if status := answer.ValidateToken; !status.Active {
		return Refused(status.Reason)
	}
	return nil
}
