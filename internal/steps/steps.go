// Package steps runs the steps of something one after the other, until one fails.
package steps

// Run runs each step after the one before it, and returns the first error: the steps after it are not run.
func Run(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
