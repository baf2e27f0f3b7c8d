package failover

func safeText(err error) string { return "" }
