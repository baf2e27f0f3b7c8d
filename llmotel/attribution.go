package llmotel

import (
	"cmp"
	"context"
)

// Attribution says on whose behalf a call is made, so that its tokens, cost
// and latency can be told apart by feature, prompt and experiment. Empty
// fields are left out. On spans and records all of it appears; on metrics only
// the keys allowed by WithMetricAttribution.
type Attribution struct {
	// Feature is the part of the product that makes the call, with its
	// version.
	Feature, FeatureVersion string
	// Prompt is the name of the prompt template, with its version.
	Prompt, PromptVersion string
	// Experiment and Variant are the key and the arm of an A/B test.
	Experiment, Variant string
	// Conversation is the id of the conversation or thread.
	Conversation string
	// User, Session and Tenant are ids, best opaque ones.
	User, Session, Tenant string
}

type attributionKey struct{}

// WithAttribution returns a context under which calls carry a. Fields that are
// empty in a are taken from the attribution that ctx already has, so that
// layers of a program can each add what they know. What is no UTF-8 becomes U+FFFD.
func WithAttribution(ctx context.Context, a Attribution) context.Context {
	for _, field := range [...]*string{
		&a.Feature, &a.FeatureVersion, &a.Prompt, &a.PromptVersion, &a.Experiment, &a.Variant, &a.Conversation, &a.User, &a.Session, &a.Tenant,
	} {
		*field = utf8Text(*field)
	}
	if outer := attributionOf(ctx); outer != nil {
		a = merge(a, *outer)
	}
	return context.WithValue(ctx, attributionKey{}, &a)
}

// AttributionFrom returns the attribution of ctx; zero if there is none.
func AttributionFrom(ctx context.Context) Attribution {
	if a := attributionOf(ctx); a != nil {
		return *a
	}
	return Attribution{}
}

func attributionOf(ctx context.Context) *Attribution {
	a, _ := ctx.Value(attributionKey{}).(*Attribution)
	return a
}

func merge(inner, outer Attribution) Attribution {
	return Attribution{
		Feature:        cmp.Or(inner.Feature, outer.Feature),
		FeatureVersion: cmp.Or(inner.FeatureVersion, outer.FeatureVersion),
		Prompt:         cmp.Or(inner.Prompt, outer.Prompt),
		PromptVersion:  cmp.Or(inner.PromptVersion, outer.PromptVersion),
		Experiment:     cmp.Or(inner.Experiment, outer.Experiment),
		Variant:        cmp.Or(inner.Variant, outer.Variant),
		Conversation:   cmp.Or(inner.Conversation, outer.Conversation),
		User:           cmp.Or(inner.User, outer.User),
		Session:        cmp.Or(inner.Session, outer.Session),
		Tenant:         cmp.Or(inner.Tenant, outer.Tenant),
	}
}
