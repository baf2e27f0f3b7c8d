package redact_test

import (
	"bytes"
	"regexp"
	"testing"

	"github.com/llmotel/sdk/llmotel/internal/redact"
)

var masks = regexp.MustCompile(`\[(?:EMAIL|PHONE|CARD|IBAN|IP|KEY)\]`)

func FuzzAppend(f *testing.F) {
	for _, texts := range masked {
		for text := range texts {
			f.Add([]byte(text))
		}
	}
	for _, texts := range unmasked {
		for _, text := range texts {
			f.Add([]byte(text))
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		before := bytes.Clone(text)
		got := redact.Append(nil, text)
		if !bytes.Equal(text, before) {
			t.Fatalf("%q was changed to %q", before, text)
		}
		if s := redact.String(string(text)); s != string(got) {
			t.Errorf("%q: String %q, Append %q", text, s, got)
		}
		if again := redact.Append(nil, got); !bytes.Equal(again, got) {
			t.Errorf("%q became %q, then %q", text, got, again)
		}
		// What stands between the masks stands in the text, in that order.
		rest := text
		for _, piece := range masks.Split(string(got), -1) {
			i := bytes.Index(rest, []byte(piece))
			if i < 0 {
				t.Fatalf("%q became %q: %q is not of the text", text, got, piece)
			}
			rest = rest[i+len(piece):]
		}
		redact.Secret(text)
	})
}
