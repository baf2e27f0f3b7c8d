package wire

import "github.com/llmotel/sdk/providers"

// wholeAnswer is a format's done for answers that are one document, unless they
// are streams.
func wholeAnswer(x *Exchange) {
	if !x.Stream {
		x.Complete = true
	}
}

// inputLedger is that of embeddings.
func inputLedger(x *Exchange, u *providers.Usage) {
	x.put(u, providers.ClassInput, nInput)
}
