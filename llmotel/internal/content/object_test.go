package content_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/llmotel/sdk/llmotel/internal/content"
)

func TestObject(t *testing.T) {
	e := content.Encoder{
		Redactor: func(dst, text []byte) []byte {
			return append(dst, bytes.ReplaceAll(text, []byte("Ada"), []byte("[NAME]"))...)
		},
		Named: secret("password"),
	}
	cases := []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"an object", `{"who": "Ada", "password": "x1"}`, `{"who":"[NAME]","password":"[KEY]"}`},
		{"a text", `Ada said "no"`, `{"result":"[NAME] said \"no\""}`},
		{"a list", `["Ada", 1]`, `{"result":["[NAME]",1]}`},
		{"cut JSON", `{"who": "Ada`, `{"result":"{\"who\": \"[NAME]"}`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := string(e.Object(nil, "result", c.text, 1000)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestObjectKeepsToItsLimit(t *testing.T) {
	e := content.Encoder{Named: secret("password")}
	text := `{"password":"secret-1","text":"` + strings.Repeat(`\"`, 500) + `"}`
	for _, limit := range []int{40, 100, 500, 900} {
		got := e.Object([]byte("before"), "result", text, limit)
		got, ok := bytes.CutPrefix(got, []byte("before"))
		if !ok || len(got) > limit || !json.Valid(got) || got[0] != '{' || bytes.Contains(got, []byte("secret-1")) {
			t.Errorf("limit %d: %d bytes: %s", limit, len(got), got)
		}
	}
}
