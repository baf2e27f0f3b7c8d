// Package failover answers a call from the first of several targets that can.
package failover
