package llmotel_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/llmotel/sdk/internal/oteltest"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// prices are of millions of tokens.
const prices = `{"schema": 1, "currency": "USD", "sources": {"s": "a test"}, "prices": [
	{"provider": "openai", "model": "gpt-5.4", "source": "s", "rates": {"input": 2, "output": 10}, "regions": {"eu": 1.1}},
	{"provider": "anthropic", "model": "claude-sonnet-5", "source": "s", "rates": {"input": 3, "output": 15}, "regions": {"us": 1.5}},
	{"provider": "aws.bedrock", "model": "us.anthropic.claude-5-v1:0", "source": "s", "rates": {"input": 5, "output": 20}},
	{"provider": "aws.bedrock", "model": "anthropic.claude-5-v1:0", "aliases": ["claude-5"], "source": "s", "rates": {"input": 4, "output": 18}},
	{"provider": "aws.bedrock", "model": "anthropic.claude-5-v1:0", "region": "ap-northeast-1", "source": "s", "rates": {"input": 6, "output": 24}}]}`

// Each call has a million tokens of input and none of output, so that it costs
// what stands in the list.
func TestCostOfTheRegionAndTheModelAskedFor(t *testing.T) {
	list, err := (*pricing.Catalogue)(nil).WithJSON("prices", []byte(prices))
	if err != nil {
		t.Fatal(err)
	}
	chat := `{"id":"c","model":"gpt-5.4","choices":[{"index":0,"message":{"role":"assistant","content":"a"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1000000,"completion_tokens":0}}`
	claude := func(model, more string) string {
		return `{"id":"m","type":"message","role":"assistant","model":"` + model + `","content":[{"type":"text","text":"a"}],"stop_reason":"end_turn","usage":{"input_tokens":1000000,"output_tokens":0` + more + `}}`
	}
	const bedrock, invoke = "https://bedrock-runtime.us-east-1.amazonaws.com", "/invoke"
	for _, c := range []struct {
		name, url, answer string
		want              float64
		id                string
	}{
		{"OpenAI", chatURL, chat, 2, "openai/gpt-5.4"},
		{"OpenAI, Europe", "https://eu.api.openai.com/v1/chat/completions", chat, 2.2, "openai/gpt-5.4+eu"},
		{"OpenAI, a region without a price", "https://in.api.openai.com/v1/chat/completions", chat, 2, "openai/gpt-5.4"},
		{"Anthropic", "https://api.anthropic.com/v1/messages", claude("claude-sonnet-5", ""), 3, "anthropic/claude-sonnet-5"},
		{"Anthropic, anywhere", "https://api.anthropic.com/v1/messages", claude("claude-sonnet-5", `,"inference_geo":"global"`), 3, "anthropic/claude-sonnet-5"},
		{"Anthropic, US", "https://api.anthropic.com/v1/messages", claude("claude-sonnet-5", `,"inference_geo":"us"`), 4.5, "anthropic/claude-sonnet-5+us"},
		{"Bedrock, a profile", bedrock + "/model/us.anthropic.claude-5-v1:0" + invoke, claude("claude-5", ""), 5, "aws.bedrock/us.anthropic.claude-5-v1:0"},
		{"Bedrock, the model", bedrock + "/model/anthropic.claude-5-v1:0" + invoke, claude("claude-5", ""), 4, "aws.bedrock/anthropic.claude-5-v1:0"},
		{"Bedrock, Tokyo", "https://bedrock-runtime.ap-northeast-1.amazonaws.com/model/anthropic.claude-5-v1:0" + invoke, claude("claude-5", ""), 6, "aws.bedrock/anthropic.claude-5-v1:0+ap-northeast-1"},
		{"Bedrock, Tokyo, from a private network", "https://vpce-1a-2b.bedrock-runtime-fips.ap-northeast-1.vpce.amazonaws.com/model/anthropic.claude-5-v1:0" + invoke, claude("claude-5", ""), 6, "aws.bedrock/anthropic.claude-5-v1:0+ap-northeast-1"},
		{"Bedrock, an id that tells nothing", bedrock + "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fa1b2.anthropic" + invoke, claude("claude-5", ""), 4, "aws.bedrock/anthropic.claude-5-v1:0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rec := oteltest.New()
			transport := instrument(t, rec, llmotel.WithPricing(list)).Transport(&replies{list: []reply{{body: strings.NewReader(c.answer)}}})
			resp, err := transport.RoundTrip(post(t.Context(), t, c.url, `{"model":"gpt-5.4","anthropic_version":"bedrock-2023-05-31","max_tokens":5,"messages":[]}`))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, resp.Body); err != nil {
				t.Fatal(err)
			}
			if err := resp.Body.Close(); err != nil {
				t.Fatal(err)
			}
			a := attributesOf(onlySpan(t, rec))
			if got := a["llmotel.cost.amount"]; got != c.want || a["llmotel.cost.price_id"] != c.id {
				t.Errorf("cost %v by %v, want %v by %v", got, a["llmotel.cost.price_id"], c.want, c.id)
			}
		})
	}
}

// A typed answer says where it was made, and a user's own prices are asked as
// they always were.
func TestCostOfAnAnswerFromARegion(t *testing.T) {
	list, err := (*pricing.Catalogue)(nil).WithJSON("prices", []byte(prices))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		price llmotel.Pricer
		want  float64
	}{
		{"the catalogue", list, 4.5},
		{"a discount on it", discount{list}, 1.5},
	} {
		t.Run(c.name, func(t *testing.T) {
			rec := oteltest.New()
			inst := instrument(t, rec, llmotel.WithPricing(c.price))
			_, span := inst.Start(t.Context(), llmotel.Call{Provider: "anthropic", Model: "claude-sonnet-5", ServerAddress: "api.anthropic.com"})
			span.End(llmotel.ResultOf(&providers.Response{
				Model: "claude-sonnet-5", Region: "us", Usage: providers.Usage{Completeness: providers.UsageReported, Input: 1_000_000, Reported: providers.ClassInput | providers.ClassOutput},
			}), nil)
			if got := attributesOf(onlySpan(t, rec))["llmotel.cost.amount"]; got != c.want {
				t.Errorf("cost %v, want %v", got, c.want)
			}
		})
	}
}

// discount halves what the catalogue says, and knows of no regions.
type discount struct{ *pricing.Catalogue }

func (d discount) Cost(provider, model, tier string, u *providers.Usage, at time.Time) pricing.Cost {
	c := d.Catalogue.Cost(provider, model, tier, u, at)
	c.Amount /= 2
	return c
}
