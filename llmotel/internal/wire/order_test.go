package wire_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Gateways decode what passes and write it anew, often with members sorted. Nothing
// but the order of the parts of a message may depend on theirs.
func TestRecordingsInAnyOrderOfMembers(t *testing.T) {
	orders := map[string]func(keys []string){"sorted": slices.Sort[[]string], "reversed": slices.Reverse[[]string]}
	others := 0
	for _, r := range recordings(t, "openai.", "anthropic.", "gemini.", "cohere.", "ollama.", "bedrock.converse", "bedrock.invoke") {
		if !bytes.HasPrefix(bytes.TrimSpace(r.body), []byte("{")) && !bytes.Contains(r.body, []byte("data:")) {
			continue // an event stream of Amazon's
		}
		for name, order := range orders {
			t.Run(r.name+" "+name, func(t *testing.T) {
				o := r
				o.request, o.body = reordered(r.request, order), reordered(r.body, order)
				if !bytes.Equal(o.body, r.body) {
					others++
				}
				r := r
				r.body = reordered(r.body, func([]string) {}) // whose white space counts
				want := r.replay(t, 0, nil)
				for _, size := range []int{0, 7} {
					x := o.replay(t, size, nil)
					if diff := cmp.Diff(attributes(want, "p"), attributes(x, "p")); diff != "" {
						t.Errorf("pieces of %d (-as recorded +reordered):\n%s", size, diff)
					}
					if diff := cmp.Diff([]any{want.Complete, want.Failed, want.Code(), want.Kind(r.status), want.Malformed, want.AnswerBytes()}, []any{x.Complete, x.Failed, x.Code(), x.Kind(r.status), x.Malformed, x.AnswerBytes()}); diff != "" {
						t.Errorf("pieces of %d (-as recorded +reordered):\n%s", size, diff)
					}
				}
			})
		}
	}
	if others < 100 {
		t.Errorf("%d recordings are in another order", others)
	}
}

// reordered is a body, whole or in lines, with the members of its objects in another
// order.
func reordered(body []byte, order func([]string)) []byte {
	if whole, ok := reorderedJSON(body, order); ok {
		return whole
	}
	lines := strings.Split(string(body), "\n")
	for i, line := range lines {
		field, value := "", line
		if rest, ok := strings.CutPrefix(line, "data:"); ok {
			field, value = "data:", rest
		}
		if out, ok := reorderedJSON([]byte(value), order); ok {
			lines[i] = field + string(out)
		}
	}
	return []byte(strings.Join(lines, "\n"))
}

func reorderedJSON(doc []byte, order func([]string)) ([]byte, bool) {
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	out, err := reorder(nil, d, order)
	return out, err == nil && !d.More()
}

func reorder(out []byte, d *json.Decoder, order func([]string)) ([]byte, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	delim, nested := token.(json.Delim)
	if !nested {
		scalar, err := json.Marshal(token)
		return append(out, scalar...), err
	}
	var keys []string
	values := map[string][]byte{}
	for n := 0; d.More(); n++ {
		key := fmt.Sprintf("%09d", n) // elements stay where they are
		if delim == '{' {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			quoted, err := json.Marshal(name)
			if err != nil {
				return nil, err
			}
			key = string(quoted)
		}
		value, err := reorder(nil, d, order)
		if err != nil {
			return nil, err
		}
		keys, values[key] = append(keys, key), value
	}
	end, err := d.Token()
	if err != nil {
		return nil, err
	}
	if delim == '{' {
		order(keys)
	}
	out = append(out, delim.String()...)
	for i, key := range keys {
		if i > 0 {
			out = append(out, ',')
		}
		if delim == '{' {
			out = append(append(out, key...), ':')
		}
		out = append(out, values[key]...)
	}
	return append(out, fmt.Sprint(end)...), nil
}
