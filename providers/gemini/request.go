package gemini

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

// encoder turns one request into the JSON of a generateContent call.
type encoder struct {
	adapter.Call
	p    *Provider
	opts Options
	body map[string]any
	// generation is the body's generationConfig.
	generation map[string]any
}

// encode checks the request and returns its body.
func (p *Provider) encode(req *providers.Request) (map[string]any, error) {
	if err := req.Validate(); err != nil {
		return nil, p.call("").Refuse(err)
	}
	e := encoder{p.call(req.Model), p, optionsOf(req.Extensions), make(map[string]any, 8), make(map[string]any, 8)}
	if err := e.refuse(req); err != nil {
		return nil, err
	}
	if err := e.contents(req); err != nil {
		return nil, err
	}
	if err := e.tools(req); err != nil {
		return nil, err
	}
	e.sampling(req)
	e.format(req)
	e.reasoning(req.Reasoning)
	e.extras(req)
	if len(e.generation) > 0 {
		e.body["generationConfig"] = e.generation
	}
	merge(e.body, p.config.HTTPOptions.ExtraBody)
	merge(e.body, e.opts.ExtraFields)
	return e.body, nil
}

// refuse reports the first option that the API does not have.
func (e *encoder) refuse(req *providers.Request) error {
	for _, missing := range []struct {
		field string
		used  bool
	}{
		{"logitBias", len(req.LogitBias) > 0},
		{"previousResponseID", req.PreviousResponseID != ""},
		{"parallelToolCalls", req.ParallelToolCalls != nil && !*req.ParallelToolCalls},
		{"store", req.Store != nil && *req.Store && e.p.vertex},
	} {
		if missing.used {
			return e.Unsupported(missing.field, "does not exist in this API")
		}
	}
	if s := req.Seed; s != nil && (*s < math.MinInt32 || *s > math.MaxInt32) {
		return e.Unsupported("seed", "must fit 32 bits")
	}
	for i, m := range req.OutputModalities {
		switch m {
		case providers.ModalityText, providers.ModalityImage, providers.ModalityAudio:
		default:
			return e.Unsupported(fmt.Sprintf("outputModalities[%d]", i), "the API answers with text, images and audio")
		}
	}
	switch req.AudioFormat {
	case "", "pcm", "pcm16":
		return nil
	}
	if speaks(req) {
		return e.Unsupported("audioFormat", "audio comes as 16-bit PCM; use pcm16 or leave it out")
	}
	return nil
}

// speaks reports whether the answer may hold audio.
func speaks(req *providers.Request) bool {
	return slices.Contains(req.OutputModalities, providers.ModalityAudio)
}

func (e *encoder) sampling(req *providers.Request) {
	g := e.generation
	put(g, "temperature", req.Temperature)
	put(g, "topP", req.TopP)
	put(g, "topK", req.TopK)
	put(g, "frequencyPenalty", req.FrequencyPenalty)
	put(g, "presencePenalty", req.PresencePenalty)
	put(g, "seed", req.Seed)
	if req.MaxOutputTokens > 0 {
		g["maxOutputTokens"] = req.MaxOutputTokens
	}
	if len(req.StopSequences) > 0 {
		g["stopSequences"] = req.StopSequences
	}
	if req.Choices > 1 {
		g["candidateCount"] = req.Choices
	}
	if n := req.TopLogprobs; n != nil {
		g["responseLogprobs"] = true
		if *n > 0 {
			g["logprobs"] = *n
		}
	}
}

func (e *encoder) format(req *providers.Request) {
	g := e.generation
	if f := req.Format; f != nil && f.Type != providers.FormatText {
		g["responseMimeType"] = "application/json"
		if f.Type == providers.FormatJSONSchema {
			g["responseJsonSchema"] = f.Schema
		}
	}
	if len(req.OutputModalities) > 0 {
		names := make([]string, len(req.OutputModalities))
		for i, m := range req.OutputModalities {
			names[i] = strings.ToUpper(string(m))
		}
		g["responseModalities"] = names
	}
	switch {
	case e.opts.Speech != nil:
		g["speechConfig"] = e.opts.Speech
	case req.Voice != "" && speaks(req):
		g["speechConfig"] = object{"voiceConfig": object{"prebuiltVoiceConfig": object{"voiceName": req.Voice}}}
	}
}

func (e *encoder) reasoning(r *providers.Reasoner) {
	if e.opts.Thinking != nil {
		e.generation["thinkingConfig"] = e.opts.Thinking
		return
	}
	if r == nil {
		return
	}
	thinking := object{}
	switch {
	case r.Disabled:
		thinking["thinkingBudget"] = 0
	default:
		if r.BudgetTokens > 0 {
			thinking["thinkingBudget"] = r.BudgetTokens
		}
		if r.Effort != "" {
			thinking["thinkingLevel"] = strings.ToUpper(r.Effort)
		}
		if r.Include {
			thinking["includeThoughts"] = true
		}
	}
	if len(thinking) > 0 {
		e.generation["thinkingConfig"] = thinking
	}
}

func (e *encoder) extras(req *providers.Request) {
	o := &e.opts
	if req.ServiceTier != "" {
		e.body["serviceTier"] = req.ServiceTier
	}
	if req.Store != nil && !e.p.vertex {
		e.body["store"] = *req.Store
	}
	if len(req.Metadata)+len(o.Labels) > 0 {
		labels := make(object, len(req.Metadata)+len(o.Labels))
		for _, from := range []map[string]string{req.Metadata, o.Labels} {
			for name, v := range from {
				labels[name] = v
			}
		}
		e.body["labels"] = labels
	}
	if o.CachedContent != "" {
		e.body["cachedContent"] = e.p.cacheName(o.CachedContent)
	}
	if len(o.SafetySettings) > 0 {
		e.body["safetySettings"] = o.SafetySettings
	}
	if o.ModelArmor != nil {
		e.body["modelArmorConfig"] = o.ModelArmor
	}
	if o.Image != nil {
		e.generation["imageConfig"] = o.Image
	}
	if o.MediaResolution != "" {
		e.generation["mediaResolution"] = o.MediaResolution
	}
}

// cacheName returns the full name of a context cache.
func (p *Provider) cacheName(name string) string {
	if strings.HasPrefix(name, "projects/") {
		return name
	}
	if !strings.HasPrefix(name, "cachedContents/") {
		name = "cachedContents/" + name
	}
	if p.vertex {
		name = fmt.Sprintf("projects/%s/locations/%s/%s", p.config.Project, p.config.Location, name)
	}
	return name
}

// mine reports whether opaque values of that vendor can be sent here: the
// service's own, and those of Google's two services, whose models are the same.
func (p *Provider) mine(vendor string) bool {
	return vendor == p.name || vendor == Name || vendor == NameVertexAI
}

// object is a JSON object.
type object = map[string]any

func put[T any](into object, name string, v *T) {
	if v != nil {
		into[name] = *v
	}
}
