// Package highest finds the highest rate at which a server still meets an
// objective: the rate is raised until the objective is missed and then halved in
// between. It knows servers only as a function that tries a rate.
package highest
