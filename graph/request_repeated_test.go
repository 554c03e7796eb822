package graph

import (
	"maps"
	"testing"
)

// As encoding/json does it with a map: what a request says twice is put together. So it was before members became json.RawMessage.
func TestMembersThatAreSentTwice(t *testing.T) {
	t.Parallel()
	params, refusal := parseParams([]byte(`{"query":"q","variables":{"a":1},"variables":{"b":2}}`))
	if want := map[string]any{"a": int64(1), "b": int64(2)}; refusal != nil || !maps.Equal(params.Variables, want) {
		t.Errorf("%v, %v; want %v", params, refusal, want)
	}
	if _, refusal := parseParams([]byte(`{"query":"q","variables":"x","variables":{}}`)); refusal == nil {
		t.Error("a member of the wrong type is accepted if a right one follows")
	}
}
