package bedrock_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/eventstream"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/bedrock"
	"github.com/llmotel/sdk/providers/providertest"
)

const claude = "us.anthropic.claude-sonnet-5-20260901-v1:0"

// account is a program's configuration.
func account() aws.Config {
	return aws.Config{
		Region: "eu-central-1",
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: providertest.Key}, nil
		}),
	}
}

// replay returns a provider whose service answers with the handler.
func replay(t *testing.T, handler http.HandlerFunc, opts ...bedrock.Option) *bedrock.Provider {
	t.Helper()
	srv := providertest.NewServer(t, handler)
	p, err := bedrock.New(account(), append([]bedrock.Option{
		bedrock.WithBaseEndpoint(srv.URL), bedrock.WithHTTPClient(srv.Client()),
	}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func hello() *providers.Request {
	return &providers.Request{Model: claude, Messages: []providers.Message{providers.UserText("hi")}}
}

// frame is one message of an event stream.
type frame struct {
	kind string // event, exception or error
	name string
	body string
}

// event is a frame of an answer.
func event(name, body string) frame { return frame{"event", name, body} }

func (f frame) write(w http.ResponseWriter) {
	m := eventstream.Message{Payload: []byte(f.body)}
	m.Headers.Set(":message-type", eventstream.StringValue(f.kind))
	switch f.kind {
	case "error":
		m.Headers.Set(":error-code", eventstream.StringValue(f.name))
		m.Headers.Set(":error-message", eventstream.StringValue(f.body))
		m.Payload = nil
	default:
		m.Headers.Set(":"+f.kind+"-type", eventstream.StringValue(f.name))
		m.Headers.Set(":content-type", eventstream.StringValue("application/json"))
	}
	if err := eventstream.NewEncoder().Encode(w, m); err == nil {
		providertest.Flush(w)
	}
}

// frames serves an event stream.
func frames(list ...frame) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/vnd.amazon.eventstream")
		w.Header().Set("X-Amzn-Requestid", "req_7")
		for _, f := range list {
			f.write(w)
		}
	}
}

// script reads the frames of a file: one a line, its type before its JSON.
func script(t *testing.T, file string) []frame {
	t.Helper()
	var out []frame
	for line := range strings.Lines(string(read(t, file))) {
		name, body, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok || !json.Valid([]byte(body)) {
			t.Fatalf("%s: %s", file, line)
		}
		out = append(out, event(name, body))
	}
	return out
}

// answer serves a unary reply.
func answer(body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Amzn-Requestid", "req_7")
		_, _ = w.Write(body)
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
