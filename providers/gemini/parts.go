package gemini

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/llmotel/sdk/providers"
)

// part is a part of a turn as the wire has it, in both directions.
type part struct {
	Text             *string           `json:"text,omitempty"`
	Thought          bool              `json:"thought,omitempty"`
	Signature        string            `json:"thoughtSignature,omitempty"`
	InlineData       *blob             `json:"inlineData,omitempty"`
	FileData         *fileData         `json:"fileData,omitempty"`
	FunctionCall     *functionCall     `json:"functionCall,omitempty"`
	FunctionResponse *functionResponse `json:"functionResponse,omitempty"`
	MediaResolution  *resolution       `json:"mediaResolution,omitempty"`
}

type blob struct {
	MIMEType string `json:"mimeType,omitempty"`
	Data     []byte `json:"data"`
}

type fileData struct {
	MIMEType string `json:"mimeType,omitempty"`
	URI      string `json:"fileUri"`
}

type functionCall struct {
	ID   string          `json:"id,omitempty"`
	Name string          `json:"name"`
	Args json.RawMessage `json:"args,omitempty"`
	// Partial is set where arguments come in pieces, which must be asked for.
	Partial json.RawMessage `json:"partialArgs,omitempty"`
}

type functionResponse struct {
	ID       string `json:"id,omitempty"`
	Name     string `json:"name"`
	Response object `json:"response"`
	Parts    []any  `json:"parts,omitempty"`
}

type resolution struct {
	Level string `json:"level"`
}

// part returns a part that is neither tool call nor tool result.
func (e *encoder) part(p providers.Part, field string) (any, error) {
	switch p := p.(type) {
	case providers.Text:
		return part{Text: &p.Text, Signature: signature(p.Signature)}, nil
	case providers.Refusal:
		return part{Text: &p.Text}, nil
	case providers.Reasoning:
		return part{Text: &p.Text, Thought: true, Signature: p.Signature}, nil
	case providers.Image:
		out, err := e.media(p.Media, field)
		if strings.HasPrefix(p.Detail, "MEDIA_RESOLUTION_") {
			out.MediaResolution = &resolution{p.Detail}
		}
		return out, err
	case providers.Audio:
		if len(p.Data) == 0 && p.URI == "" && p.FileID == "" {
			return nil, e.Unsupported(field, "is audio of another vendor's answer, by id")
		}
		return e.media(p.Media, field)
	case providers.File:
		return e.media(p.Media, field)
	case providers.Opaque:
		if !e.p.mine(p.Provider) {
			return nil, e.Unsupported(field, "is a part of another vendor")
		}
		return p.JSON, nil
	}
	return nil, e.Unsupported(field, "is a part that this API does not have")
}

func (e *encoder) media(m providers.Media, field string) (part, error) {
	out := part{Signature: signature(m.Signature)}
	switch {
	case len(m.Data) > 0:
		out.InlineData = &blob{m.MIMEType, m.Data}
	case m.URI != "":
		out.FileData = &fileData{m.MIMEType, m.URI}
	case strings.Contains(m.FileID, "://"):
		out.FileData = &fileData{m.MIMEType, m.FileID}
	case e.p.vertex:
		return out, e.Unsupported(field+".fileID", "Vertex AI stores no files; give a URI, such as one of Cloud Storage")
	default:
		out.FileData = &fileData{m.MIMEType, e.p.fileURI(m.FileID)}
	}
	return out, nil
}

// fileURI returns the URI of a file that was uploaded to the Gemini API.
func (p *Provider) fileURI(id string) string {
	o := &p.config.HTTPOptions
	return strings.TrimRight(o.BaseURL, "/") + "/" + o.APIVersion + "/files/" + strings.TrimPrefix(id, "files/")
}

// own returns a signature unless it is another vendor's: those are JSON objects
// (Anthropic), which this API's never are.
func own(signature []byte) []byte {
	if len(signature) == 0 || bytes.HasPrefix(signature, []byte("{")) && json.Valid(signature) {
		return nil
	}
	return signature
}

func signature(b []byte) string { return base64.StdEncoding.EncodeToString(own(b)) }

// unsign returns the bytes of a signature. One in no known encoding is lost: it
// could not be sent back as it came.
func unsign(s string) []byte {
	if s == "" {
		return nil
	}
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
		if b, err := enc.DecodeString(s); err == nil {
			return b
		}
	}
	return nil
}
