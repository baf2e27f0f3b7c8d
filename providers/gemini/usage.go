package gemini

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

// counts are the usage of an answer as the API sends it: what tools put into the
// prompt and what was thought stand apart. In a stream each report replaces the
// counts that it has.
type counts struct {
	Prompt     adapter.Count `json:"promptTokenCount"`
	ToolUse    adapter.Count `json:"toolUsePromptTokenCount"`
	Candidates adapter.Count `json:"candidatesTokenCount"`
	Thoughts   adapter.Count `json:"thoughtsTokenCount"`
	Cached     adapter.Count `json:"cachedContentTokenCount"`
	Total      adapter.Count `json:"totalTokenCount"`

	PromptDetails    details `json:"promptTokensDetails"`
	ToolUseDetails   details `json:"toolUsePromptTokensDetails"`
	CandidateDetails details `json:"candidatesTokensDetails"`
	CacheDetails     details `json:"cacheTokensDetails"`

	Tier    word `json:"serviceTier"`
	Traffic word `json:"trafficType"`
}

// details are counts by modality.
type details []struct {
	Modality word          `json:"modality"`
	Count    adapter.Count `json:"tokenCount"`
}

// update takes a later usage object; what it does not have stays as it was.
func (c *counts) update(raw json.RawMessage) {
	if !present(raw) {
		return
	}
	var later counts
	if err := json.Unmarshal(raw, &later); err != nil {
		// A field of another type than expected leaves the rest readable.
		if _, ok := errors.AsType[*json.UnmarshalTypeError](err); !ok {
			return
		}
	}
	from := later.all()
	for i, n := range c.all() {
		if from[i].Set {
			*n = *from[i]
		}
	}
	fromDetails := later.allDetails()
	for i, d := range c.allDetails() {
		if len(*fromDetails[i]) > 0 {
			*d = *fromDetails[i]
		}
	}
	set(&c.Tier, later.Tier)
	set(&c.Traffic, later.Traffic)
}

func (c *counts) all() [6]*adapter.Count {
	return [...]*adapter.Count{&c.Prompt, &c.ToolUse, &c.Candidates, &c.Thoughts, &c.Cached, &c.Total}
}

func (c *counts) allDetails() [4]*details {
	return [...]*details{&c.PromptDetails, &c.ToolUseDetails, &c.CandidateDetails, &c.CacheDetails}
}

// maxTokens is beyond what any call uses, and small enough to add up.
const maxTokens = 1 << 40

// ledger returns the counts as the contract has them. Impossible counts are
// missing.
func (c *counts) ledger(completeness providers.Completeness) providers.Usage {
	for _, n := range c.all() {
		if n.N < 0 || n.N > maxTokens {
			return providers.Usage{}
		}
	}
	u := providers.Usage{Completeness: completeness}
	// The prompt includes what was cached, but Vertex AI has been seen to leave
	// it out: github.com/BerriAI/litellm/issues/39125.
	apart := c.Cached.N > c.Prompt.N
	if c.Prompt.Set || c.ToolUse.Set {
		input := c.Prompt.N + c.ToolUse.N
		if apart {
			input += c.Cached.N
		}
		u.Set(providers.ClassInput, input)
	}
	switch {
	case c.Candidates.Set || c.Thoughts.Set:
		u.Set(providers.ClassOutput, c.Candidates.N+c.Thoughts.N)
	case c.Prompt.Set && c.Total.Set && c.Total.N == c.Prompt.N+c.ToolUse.N:
		u.Set(providers.ClassOutput, 0) // zeros are left out of the JSON
	}
	c.Cached.Into(&u, providers.ClassCacheRead)
	c.Thoughts.Into(&u, providers.ClassReasoning)
	c.modalities(&u, apart)
	return adapter.Tidy(u)
}

// modalities stores the totals by modality. Thinking is text. Video and
// documents have no class.
func (c *counts) modalities(u *providers.Usage, apart bool) {
	input := [...]providers.TokenClass{providers.ClassTextInput, providers.ClassAudioInput, providers.ClassImageInput}
	c.PromptDetails.into(u, input)
	c.ToolUseDetails.into(u, input)
	if apart {
		c.CacheDetails.into(u, input)
	}
	c.CacheDetails.into(u, [...]providers.TokenClass{
		providers.ClassTextCacheRead, providers.ClassAudioCacheRead, providers.ClassImageCacheRead,
	})
	c.CandidateDetails.into(u, [...]providers.TokenClass{
		providers.ClassTextOutput, providers.ClassAudioOutput, providers.ClassImageOutput,
	})
	if len(c.CandidateDetails) > 0 && c.Thoughts.Set {
		u.Set(providers.ClassTextOutput, u.TextOutput+c.Thoughts.N)
	}
}

// into adds the counts to those of the classes of text, audio and images.
func (d details) into(u *providers.Usage, classes [3]providers.TokenClass) {
	for i := range d {
		if !d[i].Count.Set || d[i].Count.N < 0 || d[i].Count.N > maxTokens {
			continue
		}
		var class providers.TokenClass
		switch d[i].Modality {
		case "TEXT", "1":
			class = classes[0]
		case "AUDIO", "4":
			class = classes[1]
		case "IMAGE", "2":
			class = classes[2]
		default:
			continue
		}
		n, _ := u.Get(class)
		u.Set(class, n+d[i].Count.N)
	}
}

// tier returns the tier that served the call. Vertex AI tells it by the type of
// traffic, whose names are put into those of the Gemini API.
func (c *counts) tier(resp *http.Response) string {
	if c.Tier != "" {
		return string(c.Tier)
	}
	switch c.Traffic {
	case "ON_DEMAND", "1":
		return "standard"
	case "ON_DEMAND_FLEX":
		return "flex"
	case "ON_DEMAND_PRIORITY":
		return "priority"
	case "", "0", "TRAFFIC_TYPE_UNSPECIFIED":
		return adapter.FirstHeader(resp, "x-gemini-service-tier")
	}
	return string(c.Traffic)
}
