package config

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

// builder makes a Config of a tree.
type builder struct {
	*decoder
	factories Factories
	lookup    func(string) (string, bool)

	names map[string]string // of targets: the path of the first
}

func (b *builder) config(root *node) *Config {
	var f file
	if !b.decode(root, reflect.ValueOf(&f).Elem(), "") {
		return nil
	}
	b.check(&f)
	c := &Config{options: chainOptions(&f)}
	b.names = map[string]string{}
	for i := range f.Targets {
		c.targets = append(c.targets, b.target(fmt.Sprintf("targets[%d]", i), &f.Targets[i], f.Defaults))
	}
	return c
}

func (b *builder) target(path string, in *target, defaults *settings) failover.Target {
	t := failover.Target{Name: value(in.Name), Model: value(in.Model), Options: in.options(defaults)}
	if in.Provider != nil && b.types(path, in.Provider) {
		t.Provider, t.Keys = b.providers(path, in)
	}
	at, name := path+".name", t.Name
	if first := firstOf(t); name == "" && first != nil {
		at, name = path, first.Name()
		if name == "" {
			b.wrong(path+".name", "is missing, and the provider has none either")
		}
	}
	if first, twice := b.names[name]; twice {
		b.wrong(at, fmt.Sprintf("%s has the name %s already; names are unique", first, shown(name)))
	} else if name != "" {
		b.names[name] = path
	}
	return t
}

// types checks that the provider's type is known.
func (b *builder) types(path string, p *provider) bool {
	if p.Type == nil {
		return false
	}
	if b.factories[*p.Type] != nil {
		return true
	}
	var known []string
	for _, name := range keys(b.factories) {
		if b.factories[name] != nil {
			known = append(known, name)
		}
	}
	reason := "unknown provider " + shown(*p.Type) + suggestion(*p.Type, known)
	if len(known) > 0 {
		reason += "; this program knows " + list(known)
	} else {
		reason += "; this program has registered none"
	}
	b.wrong(path+".provider.type", reason)
	return false
}

// providers has the factory make the provider, or one for each key, if nothing
// is wrong with what the file says of them.
func (b *builder) providers(path string, t *target) (providers.Provider, []failover.Key) {
	in, at := t.Provider, path+".provider"
	p := Provider{
		Type: *in.Type, Target: value(t.Name), Model: value(t.Model),
		BaseURL: value(in.BaseURL), Region: value(in.Region), Options: in.Options,
	}
	if reason := badURL(p.BaseURL); reason != "" {
		b.wrong(at+".base_url", reason)
	}
	if in.APIKeyEnv != nil {
		p.APIKey = b.secret(at+".api_key_env", *in.APIKeyEnv)
	}
	secrets := make([]Secret, len(t.Keys))
	for i := range t.Keys {
		if name := t.Keys[i].APIKeyEnv; name != nil {
			secrets[i] = b.secret(fmt.Sprintf("%s.keys[%d].api_key_env", path, i), *name)
		}
	}
	switch {
	case b.faulty(at) || b.faulty(path+".keys"):
		return nil, nil
	case t.Keys == nil:
		return b.make(at, p), nil
	}
	var made []failover.Key
	for i := range t.Keys {
		p.Key, p.APIKey = *t.Keys[i].Name, secrets[i]
		k := b.make(fmt.Sprintf("%s.keys[%d]", path, i), p)
		if k == nil {
			return nil, nil
		}
		made = append(made, failover.Key{Name: p.Key, Provider: k})
	}
	return nil, made
}

// firstOf is the provider that a target without a name is named after.
func firstOf(t failover.Target) providers.Provider {
	if t.Provider == nil && len(t.Keys) > 0 {
		return t.Keys[0].Provider
	}
	return t.Provider
}

// secret looks a key up. The variable may be named, its value never.
func (b *builder) secret(path, name string) Secret {
	s, ok := b.lookup(name)
	switch {
	case !ok:
		b.wrong(path, "the environment variable "+name+" is not set")
	case strings.TrimSpace(s) == "":
		b.wrong(path, "the environment variable "+name+" is empty")
	case s != strings.TrimSpace(s):
		b.wrong(path, "the environment variable "+name+" begins or ends with a blank or the end of a line")
	}
	return Secret(s)
}

func (b *builder) make(path string, p Provider) providers.Provider {
	made, err := b.factories[p.Type](p)
	if err != nil {
		reason := err.Error()
		if p.APIKey != "" {
			reason = strings.ReplaceAll(reason, string(p.APIKey), noSecret)
		}
		b.wrong(path, reason)
		b.errs[len(b.errs)-1].Err = err
		return nil
	}
	if v := reflect.ValueOf(made); made == nil || v.Kind() == reflect.Pointer && v.IsNil() {
		b.wrong(path, "the factory for "+shown(p.Type)+" returned no provider")
		return nil
	}
	return made
}

// faulty tells whether something is wrong at or below a path.
func (b *builder) faulty(path string) bool {
	for _, e := range b.errs {
		if rest, below := strings.CutPrefix(e.Path, path); below && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return true
		}
	}
	return false
}

// wrong reports an error at a path, at the place of what is nearest above it in
// the file.
func (b *builder) wrong(path, reason string) {
	at, found := b.places[path]
	for above := path; !found && above != ""; at, found = b.places[above] {
		above = above[:max(0, strings.LastIndexAny(above, ".["))]
	}
	b.fail(path, at, reason)
}

// badURL says what is wrong with a base URL, which is not shown: it may hold a
// password.
func badURL(s string) string {
	if s == "" {
		return ""
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return `is no absolute URL such as "https://llm.example.com/v1"`
	case u.User != nil:
		return "holds a user or password; " + secretReason
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "has a query or fragment, which a base URL cannot have"
	}
	return ""
}

func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
