package wire

import "github.com/llmotel/sdk/llmotel/internal/jsonscan"

// openAIEmbeddings is the format of embeddings. The vectors are not looked at.
var openAIEmbeddings = &format{
	request: jsonscan.Object(0,
		jsonscan.At("model", jsonscan.Value(askModel)),
		jsonscan.At("dimensions", jsonscan.Value(askDimensions)),
		jsonscan.At("output_dimension", jsonscan.Value(askDimensions)), // Mistral
		jsonscan.At("encoding_format", jsonscan.Value(askEncoding)),
		jsonscan.At("output_dtype", jsonscan.Value(askEncoding)), // Mistral
		jsonscan.At("input", jsonscan.Or(jsonscan.Text(embeddingsInput), jsonscan.Array(0, jsonscan.Text(embeddingsInput))))),
	ask:    own{text: embeddingsAskText},
	answer: embeddingsAnswer,
	event:  embeddingsAnswer,
	read:   own{open: chatOpen, value: chatValue},
	done:   chatDone,
	ledger: inputLedger,
	header: openAIHeader,
}

// embeddingsInput is a text to be embedded. It may also be tokens.
const embeddingsInput = askFormat

var embeddingsAnswer = jsonscan.Object(0, answerMembers...)

func embeddingsAskText(x *Exchange, _ jsonscan.ID, piece []byte, _ bool) { x.prompted(piece) }
