package wire_test

import "testing"

func TestOpenAIRecordings(t *testing.T) { checkRecordings(t, "openai.") }
