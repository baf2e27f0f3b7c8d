package wire

import (
	"time"

	"github.com/llmotel/sdk/llmotel/internal/jsonscan"
	"github.com/llmotel/sdk/providers"
)

// Answer is what a response says. It grows while the body passes.
type Answer struct {
	ID                       string
	model, tier, fingerprint name
	reasons                  *[]string // nil if there are none
	// Documents is how many JSON documents (events of a stream) were read,
	// Malformed how many could not be, and Chunks how many events held a piece of
	// the answer itself.
	Documents, Malformed, Chunks uint32

	answerBytes uint32

	// Failed tells that the body reports an error.
	Failed bool
	// Complete tells that the body said that it ends here.
	Complete bool
	// Compacted tells that the vendor shortened the conversation.
	Compacted bool

	called bool // the answer calls a tool, where its end does not say so

	counts
	*complaint // read only: see blame
}

// Model returns the model that answered.
func (a *Answer) Model() string { return text(a.model) }

// Tier returns the service tier that served the call.
func (a *Answer) Tier() string { return text(a.tier) }

// Fingerprint returns OpenAI's system fingerprint.
func (a *Answer) Fingerprint() string { return text(a.fingerprint) }

// AnswerBytes returns the length of the answer's texts.
func (a *Answer) AnswerBytes() int { return int(a.answerBytes) }

// tell notes a text of n bytes of the answer.
func (a *Answer) tell(n int) { a.answerBytes += uint32(n) } //nolint:gosec // no answer is that long

// Reasons returns the finish reasons in the vendor's words, by choice; empty where
// none was told. They may be shared, and are not to be written to.
func (a *Answer) Reasons() []string {
	if a.reasons == nil {
		return nil
	}
	return *a.reasons
}

// complaint is what the body says of an error, and what else few answers say. A
// stream keeps it only if there is something.
type complaint struct {
	// Region is where the vendor says that it kept the data, unless that is
	// anywhere.
	Region string
	// ErrorCode, ErrorType and ErrorStatus are the vendor's words for it.
	// ErrorStatus is an HTTP status that stands in the body, or 0.
	ErrorCode, ErrorType string
	ErrorStatus          int
	// RetryDelay is the wait that the error asks for in the body.
	RetryDelay time.Duration
	// Blocked tells that the prompt was refused, and there is no answer.
	Blocked bool

	// RequestID is the vendor's id of the request, where no header tells it.
	RequestID string

	packed *packed // what undoes the compression of the body; nil if there is none

	told    providers.Kind // by what says more than code, type and status
	why     string         // Google's, which stands for the code
	flagged bool           // a moderation refused the prompt
}

// noComplaint is shared by all answers without any of it.
var noComplaint complaint

// blame is what is written to.
func (a *Answer) blame() *complaint {
	if a.complaint == &noComplaint {
		a.complaint = new(complaint)
	}
	return a.complaint
}

// maxChoices bounds the choices whose reasons are kept.
const maxChoices = 128

// choiceOf is the number of the choice that n came before.
func choiceOf(n int32) uint8 { return uint8(min(n, maxChoices)) } //nolint:gosec // it fits

// reason files the finish reason of a choice.
func (a *Answer) reason(choice int, r string) {
	if choice < 0 || choice >= maxChoices {
		return
	}
	all := a.Reasons()
	if choice == 0 && len(all) <= 1 {
		if r != "" || all == nil {
			a.reasons = oneReason(r)
		}
		return
	}
	if len(all) <= choice {
		longer := append(make([]string, 0, choice+1), all...) // that of one is shared
		longer = longer[:choice+1]
		a.reasons, all = &longer, longer
	}
	if r != "" {
		all[choice] = r
	}
}

// The IDs of fields that answers of all formats have in common.
const (
	ansID jsonscan.ID = iota + 1
	ansModel
	ansTier
	ansFingerprint
	ansError     // the object that an error stands in
	ansErrorText // an error that is a mere string
	ansErrorCode
	ansErrorType
	ansErrorInner   // the code of an error within
	ansErrorMessage // of which only the beginning is looked at
	ansErrorFlag    // why a moderation refused the prompt
	ansRequestID
	ansFormat // what is below is the formats' own
)

// ansCounts is the ID of the first counter; the others follow.
const ansCounts jsonscan.ID = 128

// count is the Node of a counter.
func count(k counter) *jsonscan.Node { return jsonscan.Value(ansCounts + jsonscan.ID(k)) }

// value files a scalar of an answer.
func (a *Answer) value(id jsonscan.ID, t jsonscan.Type, v []byte) {
	if id >= ansCounts {
		a.set(counter(id-ansCounts), t, v)
		return
	}
	if t == jsonscan.Null || len(v) == 0 {
		return
	}
	switch id {
	case ansID:
		if a.ID != string(v) {
			a.ID = string(v)
		}
	case ansModel:
		a.model = nameOr(v, a.model)
	case ansTier:
		a.tier = nameOr(v, a.tier)
	case ansFingerprint:
		a.fingerprint = nameOr(v, a.fingerprint)
	case ansErrorText:
		a.Failed = true
	case ansErrorCode:
		a.Failed = true
		if n, ok := integer(t, v); ok {
			a.blame().ErrorStatus = int(n)
		}
		a.blame().ErrorCode = providers.CleanID(string(v))
	case ansErrorType:
		a.Failed = true
		if t == jsonscan.String { // what may be a status is one at Azure
			a.blame().ErrorType = providers.CleanID(string(v))
		}
	case ansErrorInner:
		if kind, ok := kinds[string(v)]; ok {
			a.blame().told = kind
		}
	case ansErrorMessage:
		a.complain(v)
	case ansErrorFlag:
		a.blame().flagged = true
	case ansRequestID:
		a.blame().RequestID = string(v)
	}
}
