package conformance_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/internal/conformance/check"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers"
)

// expected are the attributes that the span of a call has to have in a
// revision, because the request asked for them or the answer told them. It is
// written against the conventions, not against the recorder.
func expected(w wire, s scenario, req *providers.Request, older bool) map[string]any {
	want := map[string]any{
		"gen_ai.operation.name": w.operation, "gen_ai.provider.name": w.provider, "server.address": "127.0.0.1",
	}
	if s.embed != nil {
		want["gen_ai.operation.name"], want["gen_ai.request.model"] = "embeddings", w.embedding
		if s.embed.Dimensions > 0 {
			want["gen_ai.embeddings.dimension.count"] = int64(s.embed.Dimensions)
		}
		if !s.fails {
			want["gen_ai.response.model"], want["gen_ai.usage.input_tokens"] = w.embedding, int64(embeddingTokens)
		}
		return want
	}
	want["gen_ai.request.model"] = w.model
	ofRequest(want, req)
	if s.stream {
		want["gen_ai.request.stream"] = true
	}
	if tier := req.ServiceTier; w.provider == "openai" && tier != "" {
		want["openai.request.service_tier"] = tier
	}
	ofAttribution(want, &s.attribution)
	ofReply(want, w, s, older)
	return want
}

func ofRequest(want map[string]any, req *providers.Request) {
	put(want, "gen_ai.request.temperature", req.Temperature)
	put(want, "gen_ai.request.top_p", req.TopP)
	put(want, "gen_ai.request.top_k", req.TopK)
	put(want, "gen_ai.request.seed", req.Seed)
	put(want, "gen_ai.request.frequency_penalty", req.FrequencyPenalty)
	put(want, "gen_ai.request.presence_penalty", req.PresencePenalty)
	if req.MaxOutputTokens > 0 {
		want["gen_ai.request.max_tokens"] = req.MaxOutputTokens
	}
	if len(req.StopSequences) > 0 {
		want["gen_ai.request.stop_sequences"] = req.StopSequences
	}
	if req.Choices > 1 {
		want["gen_ai.request.choice.count"] = int64(req.Choices)
	}
	if req.Reasoning != nil && req.Reasoning.Effort != "" {
		want["gen_ai.request.reasoning.level"] = req.Reasoning.Effort
	}
	if req.PreviousResponseID != "" {
		want["gen_ai.request.previous_response.id"] = req.PreviousResponseID
	}
	if req.Format != nil {
		want["gen_ai.output.type"] = "json"
	}
}

func put[T any](want map[string]any, key string, v *T) {
	if v != nil {
		want[key] = *v
	}
}

func ofAttribution(want map[string]any, a *llmotel.Attribution) {
	for key, v := range map[string]string{
		"gen_ai.prompt.name": a.Prompt, "gen_ai.prompt.version": a.PromptVersion, "gen_ai.conversation.id": a.Conversation,
		"feature_flag.key": a.Experiment, "feature_flag.result.variant": a.Variant, "user.id": a.User, "session.id": a.Session,
		"llmotel.feature.name": a.Feature, "llmotel.feature.version": a.FeatureVersion, "llmotel.tenant": a.Tenant,
	} {
		if v != "" {
			want[key] = v
		}
	}
}

func ofReply(want map[string]any, w wire, s scenario, older bool) {
	switch {
	case s.reply.status != 0:
		return
	case s.reply.broken && w.failed != "":
		want["gen_ai.response.finish_reasons"] = []string{w.failed}
		return
	case s.fails || s.leave: // after the first chunk
		want["gen_ai.response.finish_reasons"] = []string{"error"}
		return
	}
	finish := w.stops
	if s.reply.tool {
		finish = w.calls
	}
	want["gen_ai.response.finish_reasons"] = slices.Repeat([]string{finish}, max(1, s.reply.choices))
	want["gen_ai.response.model"], want["gen_ai.response.id"] = w.model, responseID
	maps.Copy(want, w.has)
	for class, n := range w.usage(s.reply) {
		modality := strings.HasPrefix(class, "text.") || strings.HasPrefix(class, "audio.") || strings.HasPrefix(class, "image.")
		switch {
		case older && modality:
		case older && class == "cache_write.input_tokens":
			want["gen_ai.usage.cache_creation.input_tokens"] = n
		default:
			want["gen_ai.usage."+class] = n
		}
	}
}

// holds checks that the one inference or embeddings span has what is expected.
func holds(t *testing.T, seen check.Telemetry, s scenario, want map[string]any, untold []string) {
	t.Helper()
	if len(seen.Spans) != 1 {
		t.Fatalf("%d spans, want 1", len(seen.Spans))
	}
	got := map[string]any{}
	for _, kv := range seen.Spans[0].Attributes() {
		got[string(kv.Key)] = kv.Value.AsInterface()
	}
	errorType, failed := got["error.type"].(string)
	if failed != s.fails {
		t.Errorf("error.type is %q in a call that fails: %v", errorType, s.fails)
	}
	if failed && !slices.Contains(providers.Kinds(), providers.Kind(errorType)) {
		t.Errorf("error.type %q is none of the documented kinds", errorType)
	}
	if level, ok := got["gen_ai.request.reasoning.level"].(string); ok {
		got["gen_ai.request.reasoning.level"] = strings.ToLower(level) // Gemini's are in capitals on the wire
	}
	if _, ok := got["gen_ai.response.time_to_first_chunk"]; ok != (s.stream && s.reply.status == 0) {
		t.Errorf("time to first chunk is there: %v", ok)
	}
	for _, key := range untold {
		delete(want, key)
		if v, ok := got[key]; ok {
			t.Errorf("%s is %v, which the vendor is said not to tell", key, v)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if diff := cmp.Diff(want[key], got[key]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", key, diff)
		}
	}
}
