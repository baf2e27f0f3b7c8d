package main

// coreAttributes are the attributes taken from the core conventions, in the
// order in which they are written.
var coreAttributes = []string{
	"error.type",
	"exception.type",
	"exception.message",
	"exception.stacktrace",
	"server.address",
	"server.port",
	"http.request.resend_count",
	"user.id",
	"session.id",
	"feature_flag.key",
	"feature_flag.result.variant",
	"azure.resource_provider.namespace",
}

// supplement defines the core attributes whose files are not in the data.
// Source: open-telemetry/semantic-conventions v1.44.0, registry.yaml of
// model/http, model/user and model/azure; same text in
// go.opentelemetry.io/otel/semconv/v1.43.0.
var supplement = []attribute{
	{
		Key:   "http.request.resend_count",
		Type:  attributeType{Name: "int"},
		Brief: "The ordinal number of request resending attempt (for any reason, including redirects).",
	},
	{
		Key:   "user.id",
		Type:  attributeType{Name: "string"},
		Brief: "Unique identifier of the user.",
	},
	{
		Key:   "azure.resource_provider.namespace",
		Type:  attributeType{Name: "string"},
		Brief: "Azure Resource Provider Namespace as recognized by the client.",
	},
}

// notEmitted are core attributes that the model refers to and llmotel has no
// use for: spans of tools that run a command.
var notEmitted = []string{
	"process.executable.name",
	"process.executable.path",
	"process.exit.code",
}
