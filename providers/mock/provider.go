package mock

import (
	"context"
	"errors"
	"iter"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"github.com/llmotel/sdk/providers"
)

// Provider is a provider that makes its answers up. It is safe for concurrent
// use.
type Provider struct {
	profile Profile
	cfg     config
	script  script
	cache   promptCache

	outage atomic.Value // providers.Kind; "" for none
	calls  atomic.Int64
	active atomic.Int64
}

var (
	_ providers.Provider  = (*Provider)(nil)
	_ providers.Addressed = (*Provider)(nil)
	_ providers.Embedder  = (*Provider)(nil)
)

// New returns a provider that follows the profile. It fails if the profile has
// no name or an option has an impossible value.
func New(profile Profile, opts ...Option) (*Provider, error) {
	if profile.Name == "" {
		return nil, errors.New("mock: the profile has no name")
	}
	if int(profile.Dialect) >= len(replies) {
		return nil, errors.New("mock: the profile has an unknown dialect")
	}
	cfg := defaults(profile)
	for _, o := range opts {
		if o != nil {
			cfg = o.apply(cfg)
		}
	}
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	return &Provider{profile: profile, cfg: cfg, script: script{steps: slices.Clone(cfg.script)}}, nil
}

// NewOpenAI returns a provider like OpenAI's; see the profile OpenAI.
func NewOpenAI(opts ...Option) (*Provider, error) { return New(OpenAI(), opts...) }

// NewAnthropic returns a provider like Anthropic's; see the profile Anthropic.
func NewAnthropic(opts ...Option) (*Provider, error) { return New(Anthropic(), opts...) }

// Name returns the profile's name.
func (p *Provider) Name() string { return p.profile.Name }

// Model returns the profile's model, for the caller's requests.
func (p *Provider) Model() string { return p.profile.Model }

// ServerAddress returns the address set by WithServerAddress.
func (p *Provider) ServerAddress() (host string, port int) { return p.cfg.host, p.cfg.port }

// Calls counts the calls that reached the service: not those refused for their
// request or for a context that had ended.
func (p *Provider) Calls() int { return int(p.calls.Load()) }

// Active counts the calls in progress.
func (p *Provider) Active() int { return int(p.active.Load()) }

// SetDown starts or ends an outage in which each new call fails with
// KindServerError. Calls in progress go on.
func (p *Provider) SetDown(down bool) {
	if down {
		p.outage.Store(providers.KindServerError)
	} else {
		p.outage.Store(providers.Kind(""))
	}
}

// SetOutage starts an outage in which each new call fails with the kind; ""
// ends it. It refuses kinds that do not come from a service.
func (p *Provider) SetOutage(kind providers.Kind) error {
	if kind != "" {
		if err := checkKind(kind); err != nil {
			return err
		}
	}
	p.outage.Store(kind)
	return nil
}

// Generate waits and answers. See the package documentation for what decides.
func (p *Provider) Generate(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	c, err := p.begin(ctx, req)
	if err != nil {
		return nil, err
	}
	defer c.end()
	if err := c.fail(ctx); err != nil {
		return nil, err
	}
	delay := c.delay(p.profile.Latency.draw(c.rng))
	if c.step.broken == stalled || c.step.broken == silent {
		return nil, c.breaks(ctx)
	}
	if wait(ctx, delay) != nil {
		return nil, p.ended(ctx, req)
	}
	if c.step.broken != whole {
		return nil, c.breaks(ctx)
	}
	return c.respond(), nil
}

// Stream waits and yields the same answer in pieces.
func (p *Provider) Stream(ctx context.Context, req *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) {
		c, err := p.begin(ctx, req)
		if err != nil {
			yield(nil, err)
			return
		}
		defer c.end()
		if err := c.fail(ctx); err != nil {
			yield(nil, err)
			return
		}
		c.stream(ctx, yield)
	}
}

// call is one call in progress.
type call struct {
	p    *Provider
	req  *providers.Request
	rng  *rand.Rand // of the call's number
	ids  ids
	step Step
}

// begin counts a call and decides what it does.
func (p *Provider) begin(ctx context.Context, req *providers.Request) (*call, error) {
	if err := req.Validate(); err != nil {
		if e, ok := errors.AsType[*providers.Error](err); ok {
			e.Provider = p.profile.Name
		}
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, p.ended(ctx, req)
	}
	c := p.count()
	c.req = req
	c.decide()
	return c, nil
}

func (p *Provider) count() *call {
	n := uint64(p.calls.Add(1) - 1) //nolint:gosec // a counter that starts at 0
	p.active.Add(1)
	c := &call{p: p, rng: rand.New(rand.NewPCG(p.cfg.seed, n))}
	c.ids = newIDs(p.profile.Dialect, c.rng)
	return c
}

// end is deferred: it also runs when the call panics or its stream is left.
func (c *call) end() { c.p.active.Add(-1) }

// decide picks the step: outage, script, failure rate, or a plain answer.
func (c *call) decide() {
	dice := c.rng.Float64() // always drawn, to keep the sequence in step
	if kind, _ := c.p.outage.Load().(providers.Kind); kind != "" {
		c.step = Fail(kind)
		return
	}
	if step, ok := c.p.script.next(); ok {
		c.step = step
		return
	}
	if models := c.p.cfg.models; models != nil && !slices.Contains(models, c.req.Model) {
		c.step = Fail(providers.KindModelNotFound)
		return
	}
	for _, kind := range providers.Kinds() { // in a fixed order
		if dice -= c.p.cfg.rates[kind]; dice < 0 {
			c.step = Fail(kind)
			return
		}
	}
}

// fail panics or returns the failure of a call that fails before its answer.
func (c *call) fail(ctx context.Context) error {
	if c.step.panics {
		panic(c.step.value)
	}
	kind := c.step.kind
	if c.p.profile.Dialect == DialectAnthropic && c.req.Choices > 1 && kind == "" {
		kind = providers.KindUnsupported
	}
	if kind == "" || c.step.broken == failing {
		return nil
	}
	if wait(ctx, c.failureDelay(kind)) != nil {
		return c.p.ended(ctx, c.req)
	}
	return c.failure(kind)
}

// delay is the step's delay, or else d, scaled.
func (c *call) delay(d time.Duration) time.Duration {
	if c.step.delay != nil {
		d = *c.step.delay
	}
	return c.p.scaled(d)
}
