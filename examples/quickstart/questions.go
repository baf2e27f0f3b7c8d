package main

// question is what a feature of the imagined service asks.
type question struct{ feature, text, answer string }

var questions = []question{
	{
		"support", "A customer asks where her parcel is. Write a friendly two-line reply.",
		"Hi Ana, your parcel left our depot this morning and is due tomorrow before noon. The tracking link in your confirmation shows every stop; write to us if it is late.",
	},
	{
		"search", "Which of our plans includes single sign-on?",
		"Single sign-on is part of the Business and Enterprise plans. On Team it can be added for a fee per seat.",
	},
	{
		"summary", "Summarise this ticket: login fails with error 403 since Monday.",
		"Since Monday the customer's logins end with error 403. The date fits the new access policy, so their role probably lost the sign-in permission.",
	},
	{
		"support", "Suggest a subject line for an apology after an outage.",
		"Three to choose from. Plain: \"What happened on Tuesday, and what we changed\". Warm: \"We let you down on Tuesday, and we are sorry\". Short: \"About Tuesday's outage\". I would send the first: it promises an answer, and people who waited want one more than they want regret.",
	},
	{
		"search", "How do I export my invoices as CSV?",
		"Open Billing, choose Invoices, set the period and press Export. Pick CSV as the format; the file arrives by e-mail within a minute. Owners and accountants see the button, other roles need the billing permission first.",
	},
}

// answers are what the mocks know.
func answers() map[string]string {
	m := make(map[string]string, len(questions))
	for _, q := range questions {
		m[q.text] = q.answer
	}
	return m
}
