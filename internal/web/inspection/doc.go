// Package inspection serves the pages of those who plan rounds and watch over them: plans with their routes, tasks and progress, special campaigns,
// visits entered by hand, what was found, quotas, how subjects stand, and the register of what rounds lead to.
//
// It opens transactions and calls package round; it owns no table and holds no SQL. Names of persons are shown to who may visit them.
package inspection
