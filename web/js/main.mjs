// Every page works without this script. It adds what only a script can: the menu button on a phone, and focus on an
// error summary.
import { initAll } from "./govuk-frontend.min.js";

initAll();
