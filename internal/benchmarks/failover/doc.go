// Package failover measures what a chain costs around a call that takes no time,
// beside failsafe-go's own composition and gobreaker.
package failover
