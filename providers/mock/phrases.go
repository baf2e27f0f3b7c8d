package mock

// stopWords say nothing about the topic of a question.
var stopWords = setOf("what", "which", "where", "when", "with", "that", "this", "from", "have", "about", "would", "could",
	"should", "please", "tell", "give", "write", "explain", "list", "some", "your", "they", "them", "there", "does", "into",
	"make", "need", "want", "like", "summarize", "summarise", "compare", "between", "difference", "suggest", "recommend",
	"returns", "return", "given", "tool", "function", "hello", "the", "and", "for", "how", "why", "short", "sentence", "words",
	"mean", "work", "works", "article", "know", "see", "means", "most", "more", "much", "many", "very", "just", "only", "also", "than", "then", "will", "used", "using")

func setOf(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}

// openings begin an answer, by the kind of question; % is the topic.
var openings = map[string][]string{
	"greeting": {
		"Hello! I can help with questions, drafts, code and data.",
		"Hi there! What would you like to work on today?",
	},
	"summary": {
		"In short: the text is about %, states one main claim and supports it with a few examples.",
		"Summary: % is described first, then its consequences, and finally what to do next.",
	},
	"sentiment": {
		"The sentiment is positive: the words about % express approval.",
		"The sentiment is mixed: % is praised, but the closing sentence holds a complaint.",
	},
	"translation": {
		"Here is a translation that keeps the tone of the original passage about %.",
		"A natural translation follows the meaning of % rather than its word order.",
	},
	"code": {
		"A small function does it. Validate the input first, return an error early, and keep % in one place:\n\n" +
			"    func run(in []string) (int, error) {\n        if len(in) == 0 {\n            return 0, errors.New(\"no input\")\n" +
			"        }\n        return len(in), nil\n    }\n\n",
		"The fault lies in the order of the calls: % is read before it has been set. Move the assignment up and add a test.",
	},
	"comparison": {
		"The two differ in three ways: cost, effort and how they age. For %, the simpler one is usually enough.",
		"Both solve the same problem. One is quicker to start with; the other pays off once % grows.",
	},
	"list": {
		"Here are three suggestions for %: begin with the best-known option, add one that few people try, and keep a reserve for bad weather.",
		"A good plan for % has four steps: decide what matters, look at two alternatives, try the cheaper one, and review the result.",
	},
	"explanation": {
		"The main reason is feedback: each change to % alters the conditions for the next one.",
		"Think of % as a queue: work arrives at its own pace, and what matters is how fast it is taken away.",
	},
	"yes": {
		"Yes, in most cases. For % the exceptions are few and easy to recognise.",
		"It depends on the circumstances, but for % the usual answer is yes.",
	},
	"fact": {
		"The short answer is that % is well understood, and the details depend on where you look.",
		"There are two things to know about %: how it began and what keeps it going.",
	},
}

// remarks follow an opening; % is the topic.
var remarks = []string{
	"Start small, measure, and only then decide what to change about %.",
	"Most guides agree on this point, although they differ on the order of the steps.",
	"If time is short, leave the second part for later; it rarely matters on the first day.",
	"The figures vary from year to year, so check a recent source before you rely on them.",
	"A common mistake is to treat % as a single thing when it has several parts.",
	"In practice the simplest approach works for nine cases out of ten.",
	"Ask someone who has done it before; that saves more time than any tool.",
	"For a larger group the same idea holds, with a little more preparation.",
}
