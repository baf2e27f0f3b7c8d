package failover

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/llmotel/sdk/providers"
)

// Key is one of several credentials of a target, see [Target].
type Key struct {
	// Name identifies the key in errors, hooks, metrics and statistics, and is
	// unique in the target. It is not the secret.
	Name string
	// Provider makes the calls with this credential.
	Provider providers.Provider
}

// key is a Key made ready.
type key struct {
	name     string
	provider providers.Provider
	guard    *guard // its cooldown and isolation; with WithBreakerPerKey its health too
	rates    *rates
}

// keyring holds the keys of a target. Those that are ready take turns.
type keyring struct {
	keys []*key

	mu   sync.Mutex
	next int
}

func newKeyring(target string, in []Key, s *settings) *keyring {
	own := s
	if !s.perKey { // a key's guard keeps it away from calls, and judges nothing else
		c := *s
		c.consecutive, c.rate, c.slowRate = 0, 0, 0
		own = &c
	}
	r := &keyring{keys: make([]*key, len(in))}
	for i := range in {
		g := newGuard(target, own)
		g.key = in[i].Name
		r.keys[i] = &key{in[i].Name, in[i].Provider, g, newRates(s)}
	}
	return r
}

// take takes the next key that is ready, and a request of so many tokens from
// its rates; or says when the first of them will be.
func (r *keyring) take(now time.Time, tokens int64) (*key, ticket, refusal, *BreakerEvent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var first refusal
	for i := range r.keys {
		at := (r.next + i) % len(r.keys)
		k := r.keys[at]
		ref := k.guard.barred(now)
		if ref.reason == "" {
			ref = k.rates.take(tokens)
		}
		if ref.reason == "" {
			var t ticket
			var ev *BreakerEvent
			if t, ref, ev = k.guard.admit(now); ref.reason == "" {
				r.next = (at + 1) % len(r.keys)
				return k, t, ref, ev
			}
			k.rates.giveBack(tokens)
		}
		first = sooner(first, ref)
	}
	return nil, ticket{}, first, nil
}

// refusal is what take would say at that time.
func (r *keyring) refusal(at time.Time, tokens int64) refusal {
	var first refusal
	for _, k := range r.keys {
		ref := k.guard.barred(at)
		if ref.reason == "" {
			if ref = k.rates.refusal(tokens, at); ref.reason == "" {
				return refusal{}
			}
		}
		first = sooner(first, ref)
	}
	return first
}

// sooner is the refusal that ends first; one without a known end ends last.
func sooner(a, b refusal) refusal {
	switch {
	case a.reason == "", a.until.IsZero() && !b.until.IsZero():
		return b
	case b.until.IsZero() || !b.until.Before(a.until):
		return a
	}
	return b
}

// why says of each key why it is not used, in words.
func (r *keyring) why(now time.Time) string {
	var b strings.Builder
	for i, k := range r.keys {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(k.name)
		b.WriteString(": ")
		b.WriteString(k.why(now))
	}
	return b.String()
}

func (k *key) why(now time.Time) string {
	switch k.guard.barred(now).reason {
	case SkipOpen:
		return orElse(k.guard.why(), "open")
	case SkipHalfOpen:
		return "trial running"
	case SkipCooldown:
		return "cooling down"
	}
	return "limit reached or ready again"
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// missing tells whether there is no provider, also behind a typed nil.
func missing(p providers.Provider) bool {
	v := reflect.ValueOf(p)
	return p == nil || v.Kind() == reflect.Pointer && v.IsNil()
}

// provide chooses the provider that stands for the target: its own or, if it
// has none, that of its first key.
func (in *Target) provide() (providers.Provider, error) {
	p := in.Provider
	if missing(p) {
		if len(in.Keys) == 0 {
			return nil, errors.New("has no provider; was the error of its constructor checked?")
		}
		if p = in.Keys[0].Provider; missing(p) {
			return nil, fmt.Errorf("has no provider for its first key (%q); was the error of its constructor checked?", in.Keys[0].Name)
		}
	}
	seen := make(map[string]bool, len(in.Keys))
	for i := range in.Keys {
		switch k := &in.Keys[i]; {
		case missing(k.Provider):
			return nil, fmt.Errorf("has no provider for key %d (%q); was the error of its constructor checked?", i, k.Name)
		case k.Name == "":
			return nil, fmt.Errorf("has a key without a name, number %d", i)
		case seen[k.Name]:
			return nil, fmt.Errorf("has two keys named %q; names are unique", k.Name)
		case k.Provider.Name() != p.Name():
			return nil, fmt.Errorf("is of provider %q, but its key %q of %q; all are of one vendor", p.Name(), k.Name, k.Provider.Name())
		default:
			seen[k.Name] = true
		}
	}
	return p, nil
}
