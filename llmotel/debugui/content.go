package debugui

import (
	"context"
	"encoding/json"
	"sync"

	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/llmotel"
)

// maxContent is how many bytes of content are kept in all.
const maxContent = 4 << 20

// contents keeps what was said in the last calls, by their spans.
type contents struct {
	mu    sync.Mutex
	by    map[trace.SpanID]document
	order []trace.SpanID
	bytes int
}

// document is what was said in one call or visit, redacted.
type document struct {
	System    json.RawMessage `json:"system_instructions,omitempty"`
	Input     json.RawMessage `json:"input_messages,omitempty"`
	Output    json.RawMessage `json:"output_messages,omitempty"`
	Tools     json.RawMessage `json:"tool_definitions,omitempty"`
	Truncated bool            `json:"truncated,omitempty"`
}

func (d *document) size() int { return len(d.System) + len(d.Input) + len(d.Output) + len(d.Tools) }

// Content is an upload hook: pass it to llmotel.WithUploadHook, and the page of a
// call shows what was said in it, after the redactor. Without that the page has no
// content. It needs a tracing SDK, by whose spans content and calls are brought
// together. 4 MiB are kept, of the last calls.
func (h *Handler) Content(ctx context.Context, c *llmotel.Content) {
	id := trace.SpanContextFromContext(ctx).SpanID()
	if c != nil && id.IsValid() {
		h.said.add(id, document{c.SystemInstructions, c.InputMessages, c.OutputMessages, c.ToolDefinitions, c.Truncated})
	}
}

func (k *contents) add(id trace.SpanID, d document) {
	if d.size() == 0 || d.size() > maxContent {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.by == nil {
		k.by = make(map[trace.SpanID]document)
	}
	if old, again := k.by[id]; again {
		k.bytes -= old.size()
	} else {
		k.order = append(k.order, id)
	}
	k.by[id] = d
	k.bytes += d.size()
	for k.bytes > maxContent {
		old := k.by[k.order[0]]
		k.bytes -= old.size()
		delete(k.by, k.order[0])
		k.order = k.order[1:]
	}
}

func (k *contents) get(id trace.SpanID) (document, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	d, found := k.by[id]
	return d, found
}
