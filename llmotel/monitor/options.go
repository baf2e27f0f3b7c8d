package monitor

import (
	"slices"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/llmotel/otelsetup"
)

// Option configures a Monitor.
type Option interface{ apply(config) config }

type config struct {
	serviceName     string
	globalTelemetry bool
	telemetry       []otelsetup.Option
	callLog         string
	callLogOptions  []calllog.FileOption
	callLogQueue    []calllog.QueueOption // nil without a queue
	failover        []failover.Option
	recorder        []llmotel.Option
	debugContent    bool
}

func (c config) setup() []otelsetup.Option {
	if c.serviceName == "" {
		return c.telemetry
	}
	return append([]otelsetup.Option{otelsetup.WithServiceName(c.serviceName)}, c.telemetry...)
}

type optionFunc func(config) config

func (f optionFunc) apply(c config) config { return f(c) }

// WithServiceName sets service.name in all telemetry. OTEL_SERVICE_NAME wins
// over it.
func WithServiceName(name string) Option {
	return optionFunc(func(c config) config { c.serviceName = name; return c })
}

// WithGlobalTelemetry sends spans, metrics and events to OpenTelemetry's global
// providers, for programs that have set up an SDK of their own. By default the
// Monitor sets one up. It excludes WithServiceName and WithTelemetry.
func WithGlobalTelemetry() Option {
	return optionFunc(func(c config) config { c.globalTelemetry = true; return c })
}

// WithTelemetry passes options to otelsetup.Start.
func WithTelemetry(opts ...otelsetup.Option) Option {
	return optionFunc(func(c config) config {
		c.telemetry = append(slices.Clip(c.telemetry), opts...)
		return c
	})
}

// WithCallLog sets the file of the call log. The default is
// calllog.DefaultPath, "llm_telemetry.jsonl" in the working directory, which
// must be writable; the file grows unless calllog.WithRotation bounds it.
func WithCallLog(path string, opts ...calllog.FileOption) Option {
	return optionFunc(func(c config) config {
		c.callLog, c.callLogOptions = path, opts
		return c
	})
}

// WithCallLogQueue puts a calllog.Queue in front of the call log, which takes
// writing off the path of calls: if the process is killed, what is in the queue
// is lost, 100 ms of records as a rule. By default each record is in the file
// when its call returns.
func WithCallLogQueue(opts ...calllog.QueueOption) Option {
	return optionFunc(func(c config) config {
		c.callLogQueue = append([]calllog.QueueOption{}, opts...)
		return c
	})
}

// WithoutCallLog turns the call log off.
func WithoutCallLog() Option {
	return optionFunc(func(c config) config { c.callLog = ""; return c })
}

// WithFailover passes options to failover.New.
func WithFailover(opts ...failover.Option) Option {
	return optionFunc(func(c config) config {
		c.failover = append(slices.Clip(c.failover), opts...)
		return c
	})
}

// WithRecorder passes options to llmotel.New, such as prices and further
// sinks.
func WithRecorder(opts ...llmotel.Option) Option {
	return optionFunc(func(c config) config {
		c.recorder = append(slices.Clip(c.recorder), opts...)
		return c
	})
}

// WithDebugContent shows what was said in a call on its debug page (DebugHandler),
// after the recorder's redactor. By default there is no content. An upload hook in
// WithRecorder takes its place.
func WithDebugContent() Option {
	return optionFunc(func(c config) config { c.debugContent = true; return c })
}
