package auth

import (
	"context"
	"iter"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
)

// eachPage is how many accounts one statement of EachUser fetches: few enough to be held in memory and to come long before
// the store gives a statement up, so many that the statements do not count.
const eachPage = 1000

// EachUser goes through the accounts that a filter picks, the newest first, for the operator. None comes twice, and none that is
// there all the time is left out, whatever others make, change and delete meanwhile. After an error nothing follows.
func (s *Service) EachUser(ctx context.Context, filter *UserFilter) iter.Seq2[*ent.User, error] {
	return func(yield func(*ent.User, error) bool) {
		picked, err := s.pick(ctx, filter)
		last, more := uuid.Max, true
		for more && err == nil {
			var page []*ent.User
			page, err = s.page(ctx, picked.before(last), eachPage)
			for _, u := range page {
				if !yield(u, nil) {
					return
				}
				last = u.ID
			}
			more = len(page) == eachPage
		}
		if err != nil {
			yield(nil, err)
		}
	}
}
