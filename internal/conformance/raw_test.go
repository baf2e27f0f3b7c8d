package conformance_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strings"

	"github.com/llmotel/sdk/providers"
)

// spoken turns a request into the path and body of a protocol.
type spoken struct {
	request func(req *providers.Request, stream bool) (path string, body object)
	embed   func(req *providers.EmbedRequest) (path string, body object)
}

// raw is a program that speaks a protocol with net/http alone. It does not
// understand the answers: it only reads them.
type raw struct {
	url    string
	client *http.Client
	wire   wire
}

var errAnswer = errors.New("the answer is an error")

func (r raw) Name() string { return r.wire.provider }

func (r raw) post(ctx context.Context, path string, body object) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url+path, strings.NewReader(body.String()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := r.client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode >= http.StatusBadRequest {
		defer resp.Body.Close()
		_, err := io.Copy(io.Discard, resp.Body)
		return nil, errors.Join(errAnswer, err)
	}
	return resp, nil
}

func (r raw) Generate(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	path, body := r.wire.speak.request(req, false)
	resp, err := r.post(ctx, path, body)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return &providers.Response{}, err
}

// Stream yields a chunk for each line with a piece of the text.
func (r raw) Stream(ctx context.Context, req *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) {
		path, body := r.wire.speak.request(req, true)
		resp, err := r.post(ctx, path, body)
		if err != nil {
			yield(nil, err)
			return
		}
		defer resp.Body.Close()
		lines := bufio.NewScanner(resp.Body)
		for lines.Scan() {
			switch line := lines.Bytes(); {
			case bytes.Contains(line, []byte(`"error"`)):
				yield(nil, errAnswer)
				return
			case bytes.Contains(line, []byte("opera house")), bytes.Contains(line, []byte("get_weather")):
				if !yield(&providers.Chunk{Kind: providers.ChunkText}, nil) {
					return
				}
			}
		}
		if err := lines.Err(); err != nil {
			yield(nil, fmt.Errorf("stream: %w", err))
		}
	}
}

func (r raw) Embed(ctx context.Context, req *providers.EmbedRequest) (*providers.EmbedResponse, error) {
	path, body := r.wire.speak.embed(req)
	resp, err := r.post(ctx, path, body)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return &providers.EmbedResponse{}, err
}

// speakChat writes a request of Chat Completions as go-openai does, with
// options for what it calls otherwise than others that copied it.
func speakChat(req *providers.Request, stream bool) (string, object) {
	var messages []object
	for _, s := range req.System {
		messages = append(messages, object{"role": "system", "content": s.Text})
	}
	for _, m := range req.Messages {
		messages = append(messages, speakMessage(m))
	}
	body := object{"model": req.Model, "messages": messages}
	speakSampling(body, req)
	if req.MaxOutputTokens > 0 {
		body["max_completion_tokens"] = req.MaxOutputTokens
	}
	if len(req.StopSequences) > 0 {
		body["stop"] = req.StopSequences
	}
	if req.Choices > 1 {
		body["n"] = req.Choices
	}
	if req.Reasoning != nil {
		body["reasoning_effort"] = req.Reasoning.Effort
	}
	if req.ServiceTier != "" {
		body["service_tier"] = req.ServiceTier
	}
	if f := req.Format; f != nil {
		body["response_format"] = object{"type": "json_schema", "json_schema": object{"name": f.Name, "schema": f.Schema, "strict": true}}
	}
	if len(req.Tools) > 0 {
		body["tools"] = speakTools(req.Tools)
	}
	if stream {
		body["stream"], body["stream_options"] = true, object{"include_usage": true}
	}
	return "/v1/chat/completions", body
}

func speakTools(tools []providers.Tool) (out []object) {
	for _, t := range tools {
		out = append(out, object{"type": "function", "function": object{"name": t.Name, "description": t.Description, "parameters": t.Parameters}})
	}
	return out
}

func speakSampling(body object, req *providers.Request) {
	for key, v := range map[string]*float64{
		"temperature": req.Temperature, "top_p": req.TopP, "frequency_penalty": req.FrequencyPenalty, "presence_penalty": req.PresencePenalty,
	} {
		if v != nil {
			body[key] = *v
		}
	}
	if req.Seed != nil {
		body["seed"] = *req.Seed
	}
}

func speakMessage(m providers.Message) object {
	out := object{"role": string(m.Role)}
	var parts []object
	for _, p := range m.Parts {
		switch p := p.(type) {
		case providers.Text:
			parts = append(parts, object{"type": "text", "text": p.Text})
		case providers.Image:
			parts = append(parts, object{"type": "image_url", "image_url": object{"url": "data:image/png;base64,iVBORw0KGgo="}})
		case providers.ToolCall:
			out["tool_calls"] = []object{{"id": p.ID, "type": "function", "function": object{"name": p.Name, "arguments": p.Arguments}}}
		case providers.ToolResult:
			out["tool_call_id"], out["content"] = p.CallID, p.Parts[0].(providers.Text).Text
		}
	}
	if parts != nil {
		out["content"] = parts
	}
	return out
}

func speakEmbeddings(req *providers.EmbedRequest) (string, object) {
	body := object{"model": req.Model, "input": req.Input, "encoding_format": "float"}
	if req.Dimensions > 0 {
		body["dimensions"] = req.Dimensions
	}
	return "/v1/embeddings", body
}
