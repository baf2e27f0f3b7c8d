package llmotel

import (
	"context"
	"math"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/log"

	"github.com/llmotel/sdk/llmotel/internal/genai"
)

// Evaluation is a judgement of one answer: a user's feedback, the score of an
// evaluator.
type Evaluation struct {
	// Name is what was judged ("relevance", "user_feedback"); required.
	Name string
	// ScoreValue is the score; nil if there is only a label.
	ScoreValue *float64
	// ScoreLabel is the score in words, out of a small set ("pass", "fail").
	ScoreLabel string
	// Explanation says why. It is redacted, and recorded whether or not
	// content is: leave it out if it may quote the answer.
	Explanation string
	// ResponseID is the id of the answer that was judged; needed where the
	// span is not at hand.
	ResponseID string
	// Err is why the evaluation failed; nil if it did not.
	Err error
}

// RecordEvaluation emits the event gen_ai.evaluation.result. It belongs to the
// span of ctx: pass the context that Start returned, also after the call has
// ended, or one made by trace.ContextWithSpanContext of the ids of a Record. An
// Evaluation without a name is not recorded.
func (i *Instrumentation) RecordEvaluation(ctx context.Context, e Evaluation) {
	ctx = context.WithoutCancel(ctx)
	if e.Name == "" || !i.logs(ctx, genai.EventEvaluationResult, log.SeverityInfo) {
		return
	}
	kvs := make([]attribute.KeyValue, 0, 6)
	kvs = append(kvs, genai.EvaluationNameKey.String(utf8Text(e.Name)))
	if v := e.ScoreValue; v != nil && !math.IsNaN(*v) && !math.IsInf(*v, 0) {
		kvs = append(kvs, genai.EvaluationScoreValueKey.Float64(*v))
	}
	kvs = appendString(kvs, genai.EvaluationScoreLabelKey, e.ScoreLabel)
	kvs = appendString(kvs, genai.EvaluationExplanationKey, i.captured(ctx, e.Explanation))
	kvs = appendString(kvs, genai.ResponseIDKey, e.ResponseID)
	if e.Err != nil {
		kvs = append(kvs, genai.ErrorTypeKey.String(errorTypeOf(e.Err)))
	}
	i.emit(ctx, genai.EventEvaluationResult, log.SeverityInfo, kvs...)
}

// RecordEvaluation emits the event gen_ai.evaluation.result on OpenTelemetry's
// global providers; see Instrumentation.RecordEvaluation.
func RecordEvaluation(ctx context.Context, e Evaluation) {
	defaultInstrumentation().RecordEvaluation(ctx, e)
}
