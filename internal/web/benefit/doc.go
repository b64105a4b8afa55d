// Package benefit serves the pages of entitlement: what somebody receives and why, what he may be entitled to, what the rules found and
// people have to check and decide, and the decisions with their sums, to be printed and appealed against.
package benefit
