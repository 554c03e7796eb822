package cli

import (
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
)

func TestImportThatStopsDoesNotRepeatTheStatement(t *testing.T) {
	t.Parallel()
	var s importSummary
	err := s.with(&mysql.MySQLError{Number: 1064, Message: "syntax error near 'hunter2'"})
	if err == nil || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), "1064") || s.Complete {
		t.Errorf("%v", err)
	}
}
