package calllog

// EmitOption configures a sink.
type EmitOption interface{ applyEmit(config) config }
