// Package service serves the pages of the one-stop window: for residents (/services/…) finding an item, its guide, the
// application with what is known already, their own applications; for the desks (/window/services/…) the same application
// on one screen for whoever stands there, and the file of an application.
//
// It holds no SQL and decides no permission: package service of the domain does.
package service
