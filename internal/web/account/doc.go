// Package account is what belongs to a person's account, whoever he is: logging in and out, who I am and what I may do,
// my logins, my password, my messages.
//
// It promises: after the login one lands where one wanted to go, never on another site; a wrong login and a wrong password
// read the same; a lock says how long it lasts; a login that is not mine can be ended with one button; a message is read
// only when its reader opened it. The accounts of a demo city are offered on the login page only when they are handed in
// (Pages.Demo), which nothing but the demo does.
//
// It owns no table, checks no password itself (see staff), and never tells which accounts exist.
package account
