package bedrock

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	sdkdocument "github.com/aws/aws-sdk-go-v2/service/bedrockruntime/document"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/schemas"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/aws/smithy-go/transport/http/protocol/restjson1"

	"github.com/llmotel/sdk/providers"
)

// rawDocument is JSON that goes into a request as it is. The SDK's own documents
// are made of Go values, which would reorder the fields of a schema.
type rawDocument struct {
	sdkdocument.Interface
	raw json.RawMessage
}

func document(raw json.RawMessage) sdkdocument.Interface {
	return rawDocument{sdkdocument.NewLazyDocument(nil), raw}
}

// MarshalSmithyDocument is what the SDK's encoder calls.
func (d rawDocument) MarshalSmithyDocument() ([]byte, error) { return d.raw, nil }

// marshal returns the JSON of a document in an answer.
func marshal(d sdkdocument.Interface) json.RawMessage {
	if d == nil {
		return nil
	}
	raw, err := d.MarshalSmithyDocument()
	if err != nil || string(raw) == "null" {
		return nil
	}
	return raw
}

// The SDK translates between JSON and its types in whole requests and replies
// alone, so a block is wrapped into one.
var (
	protocol  = restjson1.New(schemas.AmazonBedrockFrontendService)
	operation = smithy.NewOperationSchema(schemas.Converse, schemas.ConverseRequest, schemas.ConverseResponse)

	errNoBlock = errors.New("bedrock: not a content block")
)

// noContext is for functions of the SDK that take one and do not use it.
var noContext = context.Background()

// parseBlock reads one content block.
func parseBlock(raw json.RawMessage) (types.ContentBlock, error) {
	reply := slices.Concat([]byte(`{"output":{"message":{"role":"user","content":[`), raw, []byte(`]}}}`))
	resp := &smithyhttp.Response{Response: &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(reply)),
	}}
	var out sdk.ConverseOutput
	if err := protocol.DeserializeResponse(noContext, operation, sdk.TypeRegistry, resp, &out); err != nil {
		return nil, err
	}
	m, ok := out.Output.(*types.ConverseOutputMemberMessage)
	if !ok || len(m.Value.Content) != 1 || m.Value.Content[0] == nil {
		return nil, errNoBlock
	}
	return m.Value.Content[0], nil
}

// parseResult reads one block of a tool's result.
func parseResult(raw json.RawMessage) (types.ToolResultContentBlock, error) {
	b, err := parseBlock(slices.Concat([]byte(`{"toolResult":{"toolUseId":"x","content":[`), raw, []byte(`]}}`)))
	if err != nil {
		return nil, err
	}
	r, ok := b.(*types.ContentBlockMemberToolResult)
	if !ok || len(r.Value.Content) != 1 || r.Value.Content[0] == nil {
		return nil, errNoBlock
	}
	return r.Value.Content[0], nil
}

// formatBlock returns a content block as the API has it.
func formatBlock(b types.ContentBlock) (json.RawMessage, error) {
	req, ok := smithyhttp.NewStackRequest().(*smithyhttp.Request)
	if !ok {
		return nil, errNoBlock
	}
	in := &sdk.ConverseInput{
		ModelId:  aws.String("x"),
		Messages: []types.Message{{Role: types.ConversationRoleAssistant, Content: []types.ContentBlock{b}}},
	}
	if err := protocol.SerializeRequest(noContext, operation, in, req); err != nil {
		return nil, err
	}
	var w struct {
		Messages []struct {
			Content []json.RawMessage `json:"content"`
		} `json:"messages"`
	}
	if err := json.NewDecoder(req.GetStream()).Decode(&w); err != nil {
		return nil, err
	}
	if len(w.Messages) != 1 || len(w.Messages[0].Content) != 1 {
		return nil, errNoBlock
	}
	return w.Messages[0].Content[0], nil
}

// opaque returns a block that has no counterpart as a part; nil if the SDK does
// not know it either.
func opaque(b types.ContentBlock) providers.Part {
	raw, err := formatBlock(b)
	if err != nil {
		return nil
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil {
		return nil
	}
	for name := range fields { // a union has one member
		return providers.Opaque{Provider: Name, Type: name, JSON: raw}
	}
	return nil
}

// wireCitations is a block of text with citations.
type wireCitations struct {
	Block struct {
		Content   []wireText      `json:"content"`
		Citations json.RawMessage `json:"citations"`
	} `json:"citationsContent"`
}

type wireText struct {
	Text string `json:"text"`
}

// citationsBlock returns a text with those of its citations that are of this
// service, which alone say a location; nil if there are none.
func citationsBlock(t providers.Text) types.ContentBlock {
	var w wireCitations
	w.Block.Content = []wireText{{t.Text}}
	w.Block.Citations = t.Citations
	raw, err := json.Marshal(w)
	if err != nil {
		return nil
	}
	b, err := parseBlock(raw)
	if err != nil {
		return nil
	}
	c, ok := b.(*types.ContentBlockMemberCitationsContent)
	if !ok {
		return nil
	}
	c.Value.Citations = slices.DeleteFunc(c.Value.Citations, func(c types.Citation) bool { return c.Location == nil })
	if len(c.Value.Citations) == 0 {
		return nil
	}
	return c
}

// citations returns a JSON array of citations, or nil.
func citations(list []types.Citation) json.RawMessage {
	if len(list) == 0 {
		return nil
	}
	raw, err := formatBlock(&types.ContentBlockMemberCitationsContent{Value: types.CitationsContentBlock{Citations: list}})
	if err != nil {
		return nil
	}
	var w wireCitations
	if json.Unmarshal(raw, &w) != nil {
		return nil
	}
	return w.Block.Citations
}
