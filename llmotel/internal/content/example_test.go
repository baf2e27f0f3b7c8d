package content_test

import (
	"fmt"

	"github.com/llmotel/sdk/llmotel/internal/content"
)

// A reader of a stream appends what passes, in the order in which it comes.
func ExampleBuilder() {
	b := content.Get(0)
	defer b.Free()
	b.Output(0).PartAt(0, content.Text).AppendString(content.Body, "Let me ")
	b.Output(0).PartAt(1, content.ToolCall).AppendString(content.Name, "weather")
	b.Output(0).PartAt(1, content.ToolCall).AppendString(content.Body, `{"city":`)
	b.Output(0).PartAt(0, content.Text).AppendString(content.Body, "look.")
	b.Output(0).PartAt(1, content.ToolCall).AppendString(content.Body, `"Paris"}`)
	b.Output(0).SetFinishReasonString("tool_call")

	var e content.Encoder
	doc := e.Output(nil, b)
	fmt.Println(string(doc))
	fmt.Println(string(content.Truncate(doc, 120)))
	// Output:
	// [{"role":"assistant","parts":[{"type":"text","content":"Let me look."},{"type":"tool_call","name":"weather","arguments":{"city":"Paris"}}],"finish_reason":"tool_call"}]
	// [{"role":"assistant","finish_reason":"tool_call","parts":[{"type":"text","content":"Let me look."}]}]
}
