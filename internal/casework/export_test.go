package casework

// ShortQueue sets how many queue rows may be walked whatever is asked of them, until back is called.
func ShortQueue(n int) (back func()) {
	old := shortQueue
	shortQueue = n
	return func() { shortQueue = old }
}
