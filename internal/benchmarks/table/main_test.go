package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestInsert(t *testing.T) {
	for _, c := range []struct{ name, old, want string }{
		{"between the markers", "a\n" + begin + "\nold\n" + end + "\nb\n", "a\nnew\nb\n"},
		{"no markers", "a\n", ""},
		{"not closed", "a\n" + begin + "\nold\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "doc.md")
			if err := os.WriteFile(path, []byte(c.old), 0o600); err != nil {
				t.Fatal(err)
			}
			err := insert(path, "new\n")
			if c.want == "" {
				if err == nil {
					t.Error("no error")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, string(got)); diff != "" {
				t.Errorf("the document is another (-want +got):\n%s", diff)
			}
		})
	}
}
