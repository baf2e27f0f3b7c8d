package check

import (
	"cmp"
	"fmt"
	"slices"
)

// ID names a kind of finding.
type ID string

// The kinds of findings. The first group has the names that upstream's
// conformance suite uses.
const (
	MissingAttribute  ID = "missing_attribute" // not in the registry
	MissingMetric     ID = "missing_metric"
	MissingEvent      ID = "missing_event"
	RequiredAbsent    ID = "required_attribute_not_present"
	RecommendedAbsent ID = "recommended_attribute_not_present"
	TypeMismatch      ID = "type_mismatch"
	UndefinedVariant  ID = "undefined_enum_variant"
	UnitMismatch      ID = "unit_mismatch"
	InstrumentWrong   ID = "unexpected_instrument"

	Undeclared        ID = "undeclared_attribute" // in the registry, but not on this signal
	UnknownOperation  ID = "unknown_operation"
	SpanName          ID = "span_name"
	SpanKind          ID = "span_kind"
	StatusOK          ID = "status_ok"
	StatusDescription ID = "status_description"
	ErrorTypeAbsent   ID = "error_without_error_type"
	ErrorStatusAbsent ID = "error_type_without_error"
	LateAttribute     ID = "sampling_attribute_late"
	ValueRule         ID = "value_rule"
	TokenSubset       ID = "token_subset"
	ContentUninvited  ID = "content_not_opted_in"
	ContentInvalid    ID = "content_schema"
	ContentFlat       ID = "content_not_structured"
	Buckets           ID = "buckets"
	MetricPlace       ID = "metric_not_for_operation"
	SpanMetric        ID = "span_and_metric_differ"
	Severity          ID = "severity"
	EventParent       ID = "event_parent"
	SchemaURL         ID = "schema_url"
)

// Finding is one rule that the telemetry breaks.
type Finding struct {
	ID ID
	// Context is the signal, with the attribute if it is about one: "span chat
	// gpt-5.2: gen_ai.request.model".
	Context string
	Message string
}

// String writes the finding on one line.
func (f Finding) String() string { return fmt.Sprintf("%s: %s: %s", f.ID, f.Context, f.Message) }

// findings collects and deduplicates.
type findings []Finding

func (f *findings) add(id ID, context, format string, args ...any) {
	*f = append(*f, Finding{id, context, fmt.Sprintf(format, args...)})
}

func (f findings) sorted() []Finding {
	slices.SortFunc(f, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Context, b.Context), cmp.Compare(a.Message, b.Message))
	})
	return slices.Compact(f)
}
