// What is typed behind the name of the server: nothing but the question what there is to set.
import { settingNames } from './config.js';

const widthMax = 100;

/** Answers whoever asks for help, and whoever takes settings for arguments. @returns the exit code */
export function answerArguments(args: readonly string[]): number {
  if (args.some((argument) => argument === '--help' || argument === '-h')) {
    console.log(help());
    return 0;
  }
  console.error(
    `The server takes no ${JSON.stringify(args[0])}: its settings are environment variables, as in PORT=4000 npm start. --help lists them.`,
  );
  return 2;
}

function help(): string {
  return `usage: [NAME=VALUE…] npm start

Starts the server. An empty database is made, migrated and, unless NODE_ENV is production, seeded. Ctrl-C or SIGTERM ends it.
Settings are environment variables, each with a default; the operator's guide (README, or /guides/operator) says what each means:

${lines(settingNames)
  .map((line) => `  ${line}`)
  .join('\n')}

What else there is to do is listed by "npm run"; commands that work on the database tell their use by --help as well.`;
}

/** Words in lines, as many as go into each. */
function lines(words: readonly string[]): string[] {
  return words.reduce<string[]>((done, word) => {
    const last = done.at(-1);
    if (last === undefined || last.length + 1 + word.length > widthMax) done.push(word);
    else done[done.length - 1] = `${last} ${word}`;
    return done;
  }, []);
}
