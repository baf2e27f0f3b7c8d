package conformance_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/eventstream"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/bedrock"
	"github.com/llmotel/sdk/providers/providertest"
)

var bedrockConverse = wire{
	provider: "aws.bedrock", model: "us.anthropic.claude-sonnet-5-20260901-v1:0", embedding: "amazon.titan-embed-text-v2:0", operation: "chat",
	dial: func(t *testing.T, d dialling) client {
		t.Helper()
		p, err := bedrock.New(aws.Config{
			Region: "eu-central-1",
			Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "test"}, nil
			}),
		}, bedrock.WithBaseEndpoint(d.url), bedrock.WithHTTPClient(d.client))
		if err != nil {
			t.Fatal(err)
		}
		return client{p, p}
	},
	serve: func(p reply) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			asked(r)
			w.Header().Set("X-Amzn-Requestid", "req_1")
			switch {
			case p.status != 0:
				bedrockError(w, p.status)
			case strings.HasSuffix(r.URL.Path, "/invoke"):
				sendJSON(w, http.StatusOK, object{"embedding": []float64{0.25, -0.5}, "inputTextTokenCount": embeddingTokens})
			case strings.HasSuffix(r.URL.Path, "/converse-stream"):
				bedrockStream(w, r, p)
			default:
				sendJSON(w, http.StatusOK, object{
					"metrics": object{"latencyMs": 9}, "output": object{"message": object{"role": "assistant", "content": bedrockBlocks(p)}},
					"stopReason": bedrockStop(p), "usage": bedrockUsage(),
				})
			}
		}
	},
	adapt: func(r *providers.Request) {
		r.Seed, r.FrequencyPenalty, r.PresencePenalty = nil, nil, nil
		r.Extensions = append(r.Extensions, bedrock.Options{Guardrail: bedrock.Guardrail{ID: "gr-1", Version: "1"}})
	},
	lacks: map[string]string{
		"continued": "Converse keeps no conversation", "choices": "one answer a call",
		"embeddings, attribution": "Titan takes one text a call", "embeddings": "Titan takes one text a call",
	},
	stops: "end_turn", calls: "tool_use",
	usage: func(reply) map[string]int64 {
		return map[string]int64{
			"input_tokens": inputTokens, "output_tokens": outputTokens, "cache_read.input_tokens": cacheReadTokens, "cache_write.input_tokens": cacheWriteTokens,
		}
	},
	has:    map[string]any{"aws.bedrock.guardrail.id": "gr-1"},
	untold: []string{"gen_ai.response.id"}, untoldOnWire: []string{"gen_ai.response.model"},
}

func bedrockError(w http.ResponseWriter, status int) {
	name := "InternalServerException"
	if status == http.StatusTooManyRequests {
		name = "ThrottlingException"
	}
	w.Header().Set("X-Amzn-Errortype", name+":http://internal.amazon.com/coral/com.amazon.bedrock/")
	sendJSON(w, status, object{"message": "No: " + prompt})
}

// bedrockUsage counts input without what was cached.
func bedrockUsage() object {
	return object{
		"inputTokens": inputTokens - cacheReadTokens - cacheWriteTokens, "outputTokens": outputTokens, "totalTokens": inputTokens + outputTokens,
		"cacheReadInputTokens": cacheReadTokens, "cacheWriteInputTokens": cacheWriteTokens,
	}
}

func bedrockStop(p reply) string {
	if p.tool {
		return "tool_use"
	}
	return "end_turn"
}

func bedrockBlocks(p reply) (blocks []object) {
	if p.think {
		blocks = append(blocks, object{"reasoningContent": object{"reasoningText": object{"text": "Oslo has an opera.", "signature": "sig=="}}})
	}
	if p.tool {
		return append(blocks, object{"toolUse": object{"toolUseId": "call_1", "name": "get_weather", "input": object{"city": "Oslo"}}})
	}
	return append(blocks, object{"text": p.text()})
}

// bedrockEvent writes one frame of AWS's binary event stream.
func bedrockEvent(w http.ResponseWriter, kind, name string, body object) {
	m := eventstream.Message{Payload: []byte(body.String())}
	m.Headers.Set(":message-type", eventstream.StringValue(kind))
	m.Headers.Set(":"+kind+"-type", eventstream.StringValue(name))
	m.Headers.Set(":content-type", eventstream.StringValue("application/json"))
	if err := eventstream.NewEncoder().Encode(w, m); err == nil {
		providertest.Flush(w)
	}
}

func bedrockStream(w http.ResponseWriter, r *http.Request, p reply) {
	w.Header().Set("Content-Type", "application/vnd.amazon.eventstream")
	bedrockEvent(w, "event", "messageStart", object{"role": "assistant"})
	index := 0
	delta := func(d object) {
		bedrockEvent(w, "event", "contentBlockDelta", object{"contentBlockIndex": index, "delta": d})
	}
	stop := func() {
		bedrockEvent(w, "event", "contentBlockStop", object{"contentBlockIndex": index})
		index++
	}
	if p.think {
		delta(object{"reasoningContent": object{"text": "Oslo has an opera."}})
		delta(object{"reasoningContent": object{"signature": "sig=="}})
		stop()
	}
	if p.tool {
		bedrockEvent(w, "event", "contentBlockStart", object{"contentBlockIndex": index, "start": object{"toolUse": object{"toolUseId": "call_1", "name": "get_weather"}}})
		delta(object{"toolUse": object{"input": toolArguments}})
	}
	for n, piece := range p.pieces {
		delta(object{"text": piece})
		switch {
		case n == 0 && p.stalled:
			providertest.Wait(r)
			return
		case n == 0 && p.broken:
			bedrockEvent(w, "exception", "modelStreamErrorException", object{"message": prompt})
			return
		}
	}
	stop()
	bedrockEvent(w, "event", "messageStop", object{"stopReason": bedrockStop(p)})
	bedrockEvent(w, "event", "metadata", object{"metrics": object{"latencyMs": 9}, "usage": bedrockUsage()})
}
