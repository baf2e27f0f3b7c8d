package cli

// For tests of how figures are written.
var (
	Whole    = whole
	Short    = short
	Millis   = millis
	Dollars  = dollars
	Percent  = percent
	Points   = points
	Relative = relative
	Number   = number
)
