package adapter_test

import (
	"testing"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

func TestSkipped(t *testing.T) {
	var s adapter.Skipped
	for i := range 8 {
		if !s.Skip() {
			t.Errorf("event %d ends the stream; 8 may be left out", i+1)
		}
	}
	if s.Skip() || s.N != 9 {
		t.Errorf("the ninth event is left out too; N = %d", s.N)
	}

	s = adapter.Skipped{}
	if !s.Whole() || s.Skip() {
		t.Error("an event may be left out of what must be whole")
	}
	s = adapter.Skipped{}
	s.Skip()
	if s.Whole() {
		t.Error("an answer that lacks a piece is whole")
	}

	for format, want := range map[*providers.Format]bool{
		nil: true, {Type: providers.FormatText}: true,
		{Type: providers.FormatJSON}: false, {Type: providers.FormatJSONSchema}: false,
	} {
		s := adapter.SkippedIn(&providers.Request{Format: format})
		if got := s.Skip(); got != want {
			t.Errorf("format %+v: an event may be left out: %v", format, got)
		}
	}
}
