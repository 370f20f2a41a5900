/** Who acts by the command line, in the security log. Which person has the right to run it is the machine's to know. */
export const operator = 'cli';
